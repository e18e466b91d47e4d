import type { Endpoints, EndpointSlice } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { ageColumn, ageOf, firstFew, nameColumn, textColumn } from './columns.ts';

const shownMax = 3;

export const endpointsTable: KindTable<Endpoints> = {
  columns: [
    nameColumn,
    textColumn('Endpoints', 'The ready addresses with their ports.'),
    ageColumn,
  ],
  cells: (endpoints, now) => [
    endpoints.metadata.name ?? '',
    addressesText(endpoints),
    ageOf(endpoints, now),
  ],
};

function addressesText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const texts: string[] = [];
  for (const { addresses = [], ports = [] } of subsets) {
    if (ports.length === 0) texts.push(...addresses.map((each) => each.ip));
    for (const { port } of ports) {
      for (const { ip } of addresses)
        texts.push(ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);
    }
  }
  return firstFew(texts, shownMax);
}

export const endpointSliceTable: KindTable<EndpointSlice> = {
  columns: [
    nameColumn,
    textColumn('AddressType', 'What kind of addresses the slice holds.'),
    textColumn('Ports', 'The ports of all endpoints in it.'),
    textColumn('Endpoints', 'Their addresses.'),
    ageColumn,
  ],
  cells(slice, now) {
    const ports = (slice.ports ?? []).map(({ port, name }) =>
      port === undefined ? (name ?? '*') : String(port),
    );
    const addresses = (slice.endpoints ?? []).flatMap((each) => each.addresses ?? []);
    return [
      slice.metadata.name ?? '',
      slice.addressType ?? '',
      firstFew(ports, shownMax) || '<unset>',
      firstFew(addresses, shownMax) || '<unset>',
      ageOf(slice, now),
    ];
  },
};
