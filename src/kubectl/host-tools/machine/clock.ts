import type { Program } from '../../program.ts';
import { formatDate } from '../../tools/date-format.ts';
import { factsHere } from '../asking.ts';

/** `timedatectl` and `chronyc tracking`: the machine's clock, and how far it is off. */

export const timedatectl: Program = async (_args, io, context) => {
  const { nowMillis, clockAheadMillis } = await factsHere(context);
  const written = formatDate(nowMillis, '%a %Y-%m-%d %H:%M:%S');
  io.out(`               Local time: ${written} UTC
           Universal time: ${written} UTC
                 RTC time: ${written}
                Time zone: Etc/UTC (UTC, +0000)
System clock synchronized: ${clockAheadMillis === 0 ? 'yes' : 'no'}
              NTP service: ${clockAheadMillis === 0 ? 'active' : 'inactive'}
          RTC in local TZ: no
`);
  return 0;
};

export const chronyc: Program = async (args, io, context) => {
  const [verb = 'tracking'] = args.filter((arg) => !arg.startsWith('-'));
  if (verb !== 'tracking') {
    io.err(`kubarium: chronyc ${verb} is not there; tracking is\n`);
    return 1;
  }
  const { nowMillis, clockAheadMillis } = await factsHere(context);
  const isGood = clockAheadMillis === 0;
  const off = isGood ? 0.000012 : Math.abs(clockAheadMillis / 1000);
  const way = clockAheadMillis >= 0 ? 'fast' : 'slow';
  io.out(`Reference ID    : ${isGood ? 'C0A80001 (192.168.0.1)' : '00000000 ()'}
Stratum         : ${isGood ? 3 : 0}
Ref time (UTC)  : ${formatDate(isGood ? nowMillis : 0, '%a %b %d %H:%M:%S %Y')}
System time     : ${off.toFixed(9)} seconds ${way} of NTP time
Last offset     : ${clockAheadMillis < 0 ? '-' : '+'}${off.toFixed(9)} seconds
Leap status     : ${isGood ? 'Normal' : 'Not synchronised'}
`);
  return 0;
};
