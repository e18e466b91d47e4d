/**
 * Time zones by the rules that hold today. The engine may not ask the platform, whose tables differ from machine to
 * machine; so it knows the zones below, without the history of their rules, and refuses others.
 */
export interface TimeZone {
  readonly name: string;
  /** Minutes east of Greenwich, outside summer time. */
  readonly standardMinutes: number;
  readonly summerTime: SummerTime | undefined;
}

/** When clocks are an hour ahead. Changes are at `hourUtc`, or at the local hours given (standard, then summer). */
interface SummerTime {
  readonly begins: YearlyChange;
  readonly ends: YearlyChange;
  readonly isUtc: boolean;
}

interface YearlyChange {
  /** January is 0. */
  readonly month: number;
  /** Which Sunday of the month; −1 is the last. */
  readonly sunday: 1 | 2 | -1;
  readonly hour: number;
}

const northAmerica: SummerTime = {
  begins: { month: 2, sunday: 2, hour: 2 },
  ends: { month: 10, sunday: 1, hour: 2 },
  isUtc: false,
};
const europe: SummerTime = {
  begins: { month: 2, sunday: -1, hour: 1 },
  ends: { month: 9, sunday: -1, hour: 1 },
  isUtc: true,
};
const australia: SummerTime = {
  begins: { month: 9, sunday: 1, hour: 2 },
  ends: { month: 3, sunday: 1, hour: 3 },
  isUtc: false,
};
const newZealand: SummerTime = { ...australia, begins: { month: 8, sunday: -1, hour: 2 } };

type Zones = Readonly<Record<string, readonly string[]>>;

/** Hours east of Greenwich → names. */
const withoutSummerTime: Zones = {
  '-11': ['Pacific/Pago_Pago'],
  '-10': ['Pacific/Honolulu', 'US/Hawaii'],
  '-7': ['America/Phoenix', 'US/Arizona'],
  '-6': ['America/Mexico_City', 'America/Costa_Rica', 'America/Guatemala'],
  '-5': ['America/Bogota', 'America/Lima', 'America/Panama', 'America/Jamaica'],
  '-4': ['America/Caracas', 'America/La_Paz', 'America/Puerto_Rico', 'America/Manaus'],
  '-3': ['America/Sao_Paulo', 'America/Argentina/Buenos_Aires', 'America/Montevideo'],
  '-1': ['Atlantic/Cape_Verde'],
  '0': [
    'UTC',
    'Etc/UTC',
    'GMT',
    'Etc/GMT',
    'Etc/UCT',
    'Zulu',
    'Africa/Abidjan',
    'Africa/Accra',
    'Atlantic/Reykjavik',
  ],
  '1': ['Africa/Lagos', 'Africa/Algiers', 'Africa/Tunis'],
  '2': ['Africa/Johannesburg', 'Africa/Maputo', 'Africa/Tripoli', 'Europe/Kaliningrad'],
  '3': [
    'Europe/Moscow',
    'Europe/Istanbul',
    'Europe/Minsk',
    'Asia/Riyadh',
    'Asia/Baghdad',
    'Africa/Nairobi',
    'Asia/Qatar',
  ],
  '3.5': ['Asia/Tehran'],
  '4': ['Asia/Dubai', 'Asia/Baku', 'Asia/Tbilisi', 'Asia/Yerevan'],
  '4.5': ['Asia/Kabul'],
  '5': ['Asia/Karachi', 'Asia/Tashkent', 'Asia/Yekaterinburg', 'Asia/Almaty'],
  '5.5': ['Asia/Kolkata', 'Asia/Calcutta', 'Asia/Colombo'],
  '5.75': ['Asia/Kathmandu'],
  '6': ['Asia/Dhaka', 'Asia/Omsk'],
  '6.5': ['Asia/Yangon'],
  '7': ['Asia/Bangkok', 'Asia/Jakarta', 'Asia/Ho_Chi_Minh', 'Asia/Novosibirsk'],
  '8': [
    'Asia/Shanghai',
    'Asia/Hong_Kong',
    'Asia/Singapore',
    'Asia/Taipei',
    'Asia/Manila',
    'Asia/Kuala_Lumpur',
    'Australia/Perth',
  ],
  '9': ['Asia/Tokyo', 'Asia/Seoul', 'Japan'],
  '9.5': ['Australia/Darwin'],
  '10': ['Australia/Brisbane', 'Pacific/Guam', 'Asia/Vladivostok'],
  '12': ['Pacific/Fiji'],
};

const withNorthAmericanSummerTime: Zones = {
  '-9': ['America/Anchorage', 'US/Alaska'],
  '-8': ['America/Los_Angeles', 'America/Vancouver', 'America/Tijuana', 'US/Pacific', 'PST8PDT'],
  '-7': ['America/Denver', 'America/Edmonton', 'America/Boise', 'US/Mountain', 'MST7MDT'],
  '-6': ['America/Chicago', 'America/Winnipeg', 'US/Central', 'CST6CDT'],
  '-5': ['America/New_York', 'America/Toronto', 'America/Detroit', 'US/Eastern', 'EST5EDT'],
  '-4': ['America/Halifax', 'Atlantic/Bermuda'],
  '-3.5': ['America/St_Johns'],
};

const withEuropeanSummerTime: Zones = {
  '-1': ['Atlantic/Azores'],
  '0': ['Europe/London', 'Europe/Dublin', 'Europe/Lisbon', 'Atlantic/Canary', 'WET', 'GB'],
  '1': [
    'Europe/Amsterdam',
    'Europe/Andorra',
    'Europe/Belgrade',
    'Europe/Berlin',
    'Europe/Bratislava',
    'Europe/Brussels',
    'Europe/Budapest',
    'Europe/Copenhagen',
    'Europe/Ljubljana',
    'Europe/Luxembourg',
    'Europe/Madrid',
    'Europe/Malta',
    'Europe/Monaco',
    'Europe/Oslo',
    'Europe/Paris',
    'Europe/Prague',
    'Europe/Rome',
    'Europe/Sarajevo',
    'Europe/Skopje',
    'Europe/Stockholm',
    'Europe/Tirane',
    'Europe/Vaduz',
    'Europe/Vienna',
    'Europe/Warsaw',
    'Europe/Zagreb',
    'Europe/Zurich',
    'CET',
    'MET',
  ],
  '2': [
    'Europe/Athens',
    'Europe/Bucharest',
    'Europe/Helsinki',
    'Europe/Kiev',
    'Europe/Kyiv',
    'Europe/Riga',
    'Europe/Sofia',
    'Europe/Tallinn',
    'Europe/Vilnius',
    'Asia/Nicosia',
    'EET',
  ],
};

const withAustralianSummerTime: Zones = {
  '9.5': ['Australia/Adelaide'],
  '10': ['Australia/Sydney', 'Australia/Melbourne', 'Australia/Hobart', 'Australia/Canberra'],
};

const withNewZealandSummerTime: Zones = { '12': ['Pacific/Auckland', 'NZ'] };

const zoneByName = new Map<string, TimeZone>();
addZones(withoutSummerTime, undefined);
addZones(withNorthAmericanSummerTime, northAmerica);
addZones(withEuropeanSummerTime, europe);
addZones(withAustralianSummerTime, australia);
addZones(withNewZealandSummerTime, newZealand);
// Their signs are those of POSIX: Etc/GMT+5 is five hours behind Greenwich.
for (let hours = -14; hours <= 12; hours += 1) {
  if (hours !== 0) addZones({ [-hours]: [`Etc/GMT${hours > 0 ? '+' : ''}${hours}`] }, undefined);
}

function addZones(zones: Zones, summerTime: SummerTime | undefined): void {
  for (const [hours, names] of Object.entries(zones)) {
    const standardMinutes = Number(hours) * 60;
    for (const name of names) zoneByName.set(name, { name, standardMinutes, summerTime });
  }
}

export const utc: TimeZone = { name: 'UTC', standardMinutes: 0, summerTime: undefined };

/** The zone of that name; undefined for names that are none and for zones that the engine does not know. */
export function timeZone(name: string): TimeZone | undefined {
  return zoneByName.get(name);
}

/** The names of all known zones, sorted. */
export function timeZoneNames(): string[] {
  return [...zoneByName.keys()].sort();
}

const hourMillis = 3_600_000;
const dayMillis = 24 * hourMillis;

/** How far the zone's clocks are ahead of UTC at a time, in milliseconds. */
export function offsetMillis(zone: TimeZone, atMillis: number): number {
  const standard = zone.standardMinutes * 60_000;
  const { summerTime } = zone;
  if (summerTime === undefined) return standard;
  const year = new Date(atMillis + standard).getUTCFullYear();
  const begins = changeMillis(summerTime.begins, year) - (summerTime.isUtc ? 0 : standard);
  const ends = changeMillis(summerTime.ends, year) - (summerTime.isUtc ? 0 : standard + hourMillis);
  // In the south summer time spans the turn of the year.
  const isSummer =
    begins < ends ? atMillis >= begins && atMillis < ends : atMillis >= begins || atMillis < ends;
  return isSummer ? standard + hourMillis : standard;
}

function changeMillis({ month, sunday, hour }: YearlyChange, year: number): number {
  if (sunday === -1) {
    const last = Date.UTC(year, month + 1, 0);
    return last - new Date(last).getUTCDay() * dayMillis + hour * hourMillis;
  }
  const first = Date.UTC(year, month, 1);
  const toSunday = (7 - new Date(first).getUTCDay()) % 7;
  return first + (toSunday + (sunday - 1) * 7) * dayMillis + hour * hourMillis;
}
