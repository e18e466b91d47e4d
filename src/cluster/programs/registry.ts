import type { Micros } from '../../kernel/time.ts';
import { isKnownImage, profileOf } from './catalogue.ts';
import { parseImageReference, type ImageReference } from './image-reference.ts';

/** What a registry answers to a pull. */
export type PullAnswer =
  | {
      readonly kind: 'image';
      /** `docker.io/library/nginx:1.25`. */
      readonly name: string;
      readonly imageId: string;
      readonly sizeBytes: number;
      readonly takes: Micros;
    }
  | { readonly kind: 'refused'; readonly message: string; readonly takes: Micros };

/** A node downloads and unpacks about 40 MB a second. */
const BYTES_PER_MICRO = 40;
const RESOLVE_MICROS: Micros = 650_000;

/** Docker's official images beside those of the catalogue, so that a slip of the pen is found out. */
const OFFICIAL = new Set(
  (
    'adminer aerospike api-firewall arangodb archlinux backdrop bonita buildpack-deps chronograf cirros ' +
    'clearlinux clefos clickhouse clojure composer convertigo couchbase crate dart eggdrop elixir emqx ' +
    'erlang express-gateway fluentd flink friendica gazebo geonetwork gradle groovy haskell haxe hylang ' +
    'ibmjava ibm-semeru-runtimes irssi jobber jruby julia kapacitor kong krakend lightstreamer liquibase ' +
    'logstash mageia matomo mediawiki mongo-express monica mono notary nuxeo odoo open-liberty opensuse ' +
    'orientdb percona php-zendserver photon phpmyadmin plone postfixadmin pypy r-base rakudo-star rapidoid ' +
    'redmine rethinkdb rocket.chat ros sapmachine satosa scratch silverpeas sl solr spark spiped storm ' +
    'swift swipl teamspeak telegraf thrax tomee unit varnish websphere-liberty xwiki yourls znc alt pause ' +
    'jenkins java iojs celery rails django hipache sentry owncloud nats-streaming swarm ubuntu-debootstrap ' +
    'ubuntu-upstart hello-seattle crux known euleros bash perl'
  ).split(' '),
);

/** Version numbers that have been published: major → the largest minor. */
const VERSIONS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  'library/nginx': { 0: 8, 1: 31 },
  'library/httpd': { 2: 4 },
  'library/redis': { 2: 8, 3: 2, 4: 0, 5: 0, 6: 2, 7: 4, 8: 8 },
  'library/postgres': {
    9: 6,
    10: 23,
    11: 22,
    12: 22,
    13: 23,
    14: 22,
    15: 17,
    16: 13,
    17: 9,
    18: 4,
  },
  'library/mysql': { 5: 7, 8: 4, 9: 7 },
  'library/mongo': { 2: 6, 3: 7, 4: 4, 5: 0, 6: 0, 7: 0, 8: 2 },
  'library/busybox': { 1: 38 },
  'library/alpine': { 2: 7, 3: 24 },
  'library/debian': { 6: 0, 7: 11, 8: 11, 9: 13, 10: 13, 11: 12, 12: 14, 13: 6 },
  'library/ubuntu': {
    10: 4,
    12: 10,
    13: 10,
    14: 10,
    15: 10,
    16: 10,
    17: 10,
    18: 10,
    19: 10,
    20: 10,
    21: 10,
    22: 10,
    23: 10,
    24: 10,
    25: 10,
    26: 4,
  },
  'library/python': { 2: 7, 3: 15 },
};

/** Words by which an example says that something is not there. */
const NONSENSE =
  /(^|[^a-z])(non-?exist(s|ent|ing|ant)?|do(es)?-?n[o']?t-?exists?|not-?found|no-?such(-\w+)*|not-?exist(s|ing)?|invalid|bogus|fake|wrong|typo|missing|nope|thisdoesnotexist)([^a-z]|$)|doesnotexist|non-?existent|notexist/;

/** Whether a name gives itself away as one that exists nowhere. */
export function looksNonexistent(name: string): boolean {
  return NONSENSE.test(name.toLowerCase());
}

// Nodes ask for the same few images. A memo only.
const answers = new Map<string, PullAnswer>();
const answersWithCredentials = new Map<string, PullAnswer>();
const ANSWERS_MAX = 2000;

/** What comes of asking the registry of an image for it. Remembered by name. */
export function pullAnswer(image: string, hasCredentials: boolean): PullAnswer {
  const known = hasCredentials ? answersWithCredentials : answers;
  let answer = known.get(image);
  if (answer === undefined) {
    if (known.size >= ANSWERS_MAX) known.clear();
    answer = Object.freeze(answerAfresh(image, hasCredentials));
    known.set(image, answer);
  }
  return answer;
}

function answerAfresh(image: string, hasCredentials: boolean): PullAnswer {
  const reference = parseImageReference(image);
  if (typeof reference === 'string') {
    return {
      kind: 'refused',
      takes: 1_000,
      message: `rpc error: code = InvalidArgument desc = failed to parse image reference "${image}": ${reference}`,
    };
  }
  const { fullName: name, imageId } = reference;
  const refused = (code: string, why: string, takes: Micros): PullAnswer => ({
    kind: 'refused',
    takes,
    message: `rpc error: code = ${code} desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${why}`,
  });
  if (reference.domain.endsWith('.invalid') || looksNonexistent(reference.domain)) {
    const url = `https://${reference.domain}/v2/${reference.path}/manifests/${reference.tag || reference.digest}`;
    return refused(
      'Unknown',
      `failed to do request: Head "${url}": dial tcp: lookup ${reference.domain}: no such host`,
      1_200_000,
    );
  }
  if (!repositoryExists(reference) || (isPrivate(reference) && !hasCredentials)) {
    return refused(
      'Unknown',
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      1_100_000,
    );
  }
  if (!tagExists(reference)) return refused('NotFound', `${name}: not found`, 900_000);
  const { sizeBytes } = profileOf(reference);
  return {
    kind: 'image',
    name,
    imageId,
    sizeBytes,
    takes: RESOLVE_MICROS + Math.round(sizeBytes / BYTES_PER_MICRO),
  };
}

function repositoryExists(image: ImageReference): boolean {
  if (looksNonexistent(image.path)) return false;
  if (image.domain !== 'docker.io' || !image.path.startsWith('library/')) return true;
  return isKnownImage(image) || OFFICIAL.has(image.path.slice('library/'.length));
}

/** Only a name can tell: a repository that calls itself private. */
function isPrivate(image: ImageReference): boolean {
  return /(^|[-_/.])private([-_/.]|$)/.test(image.path);
}

const TAG_WORDS = new Set(
  (
    'latest stable mainline current edge rolling lts release oldstable testing sid unstable develop dev nightly ' +
    'alpine slim debian perl otel glibc musl uclibc apache fpm cli zts buster bullseye bookworm trixie stretch ' +
    'jessie wheezy trusty xenial bionic focal jammy noble oracular plucky questing devel iron jod hydrogen ' +
    'gallium krypton management full jdk jre openjdk windowsservercore nanoserver ltsc2019 ltsc2022 ltsc2025 ' +
    'community enterprise rc beta alpha preview unprivileged php wordpress multi linux amd64 arm64 node python ' +
    'oracle oraclelinux oraclelinux8 oraclelinux9 noavx ubi8 ubi9 al2023 al2 java temurin standalone headless'
  ).split(' '),
);

function tagExists(image: ImageReference): boolean {
  const { tag } = image;
  if (tag === '' || tag === 'latest') return true;
  if (looksNonexistent(tag)) return false;
  // Other registries have tags of every kind.
  if (image.domain !== 'docker.io' || !isKnownImage(image)) return true;
  if (!image.path.startsWith('library/')) return true;
  const version = /^v?(\d+)(?:\.(\d+))?/.exec(tag);
  if (version === null) return tag.split(/[-._]/).every((word) => isTagWord(word));
  const published = VERSIONS[image.path];
  if (published === undefined) return Number(version[1]) < 100_000_000;
  const minorMax = published[Number(version[1])];
  return minorMax !== undefined && Number(version[2] ?? 0) <= minorMax;
}

function isTagWord(word: string): boolean {
  return word === '' || TAG_WORDS.has(word) || /^[a-z]{0,10}\d+([a-z]+\d*)?$/.test(word);
}
