import { invalid } from '../field-errors.ts';
import { parseIpAddress } from '../names/ip-address.ts';
import type { Errors } from './fields.ts';

/** Addresses that make no sense behind a service: none at all, the machine itself, the link (ValidateNonSpecialIP). */
export function checkNotSpecialIp(ip: string, path: string, errors: Errors): void {
  if (parseIpAddress(ip) === undefined) {
    errors.push(invalid(path, ip, 'must be a valid IP address'));
    return;
  }
  if (ip === '0.0.0.0' || ip === '::') {
    errors.push(invalid(path, ip, `may not be unspecified (${ip})`));
  } else if (ip.startsWith('127.') || ip === '::1') {
    errors.push(invalid(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  } else if (ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip)) {
    errors.push(
      invalid(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'),
    );
  } else if (ip.startsWith('224.0.0.') || /^ff.2:/i.test(ip)) {
    errors.push(
      invalid(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'),
    );
  }
}
