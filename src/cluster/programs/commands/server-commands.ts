import { load, running, type Running } from '../image-profile.ts';
import { done, flagsOf, optionOf, wait, type Command, type Invocation } from './command.ts';

function run(name: string, special: Partial<Running>): Command {
  const made = running(name, special);
  return () => ({ kind: 'run', running: made });
}

const NGINX = running('nginx', {
  ports: [80],
  http: 'files',
  root: '/usr/share/nginx/html',
  readyAfter: 60_000,
  log: '/docker-entrypoint.sh: Configuration complete; ready for start up\n2026/01/01 00:00:00 [notice] 1#1: start worker processes\n',
  load: load(1, 6),
});

/** Whether anything is mounted over the image's configuration. */
function isNginxConfigured({ config }: Invocation): boolean {
  for (const path in config.files) if (path.startsWith('/etc/nginx/')) return true;
  return config.mounts.some(({ mountPath }) => mountPath.startsWith('/etc/nginx'));
}

/** The ports of `listen` lines in mounted configuration; undefined where the image's own is in force. */
function configuredNginx(call: Invocation): Running {
  const texts: string[] = [];
  if (!isNginxConfigured(call)) return NGINX;
  for (const path of Object.keys(call.config.files)) {
    if (path.startsWith('/etc/nginx/')) texts.push(call.config.files[path] ?? '');
  }
  for (const name of call.files.list('/etc/nginx/conf.d') ?? []) {
    const text = call.files.read(`/etc/nginx/conf.d/${name}`);
    if (text !== undefined && call.profile.files[`/etc/nginx/conf.d/${name}`] !== text)
      texts.push(text);
  }
  if (texts.length === 0) return NGINX;
  const ports: number[] = [];
  for (const text of texts) {
    for (const match of text.matchAll(/listen\s+(?:\S+:)?(\d+)/g)) ports.push(Number(match[1]));
  }
  return running('nginx', { ...NGINX, ports: ports.length === 0 ? 'any' : ports, http: 'any' });
}

const nginx: Command = (call) => {
  const signal = optionOf(call.argv, '-s');
  if (signal !== undefined) {
    const ended = signal === 'reload' ? call.signal('nginx', 'HUP') : call.signal('nginx', 'QUIT');
    return ended
      ? done(0)
      : done(1, '', 'nginx: [error] invalid PID number "" in "/run/nginx.pid"\n');
  }
  if (call.argv.includes('-t'))
    return done(0, '', 'nginx: configuration file /etc/nginx/nginx.conf test is successful\n');
  if (call.argv.includes('-v')) return done(0, '', 'nginx version: nginx/1.29.0\n');
  const server =
    call.profile.userland === 'unknown'
      ? running('nginx', { ...NGINX, ports: 'any', http: 'any' })
      : configuredNginx(call);
  // Without `daemon off;` the master goes to the background, and process 1 ends well: a classic mistake.
  const foreground =
    call.profile.userland === 'unknown' ||
    call.argv.some((word) => word.includes('daemon off')) ||
    Object.values(call.config.files).some((text) => /^\s*daemon\s+off/m.test(text));
  return { kind: foreground ? 'run' : 'daemon', running: server };
};

const redis: Command = (call) => {
  const port = Number(optionOf(call.argv, '--port') ?? portInFile(call) ?? 6379);
  return {
    kind: 'run',
    running: running('redis-server', {
      ports: [port],
      readyAfter: 80_000,
      log: `1:M * Ready to accept connections tcp\n`,
      load: load(2, 8),
    }),
  };
};

function portInFile(call: Invocation): string | undefined {
  const path = call.argv[1];
  const text = path === undefined ? undefined : call.files.read(path);
  return /^port\s+(\d+)/m.exec(text ?? '')?.[1];
}

/** A database whose image refuses to start without a password or leave to go without. */
function database(
  name: string,
  port: number,
  required: readonly string[],
  complaint: string,
  special: Partial<Running>,
): Command {
  const server = running(name, { ports: [port], ...special });
  return (call) => {
    const set =
      required.length === 0 || required.some((variable) => (call.find(variable) ?? '') !== '');
    const initialised =
      call.files.read('/var/lib/mysql/ibdata1') !== undefined ||
      call.files.read('/var/lib/postgresql/data/PG_VERSION') !== undefined;
    return set || initialised || trustsEveryone(call) || call.profile.userland === 'unknown'
      ? { kind: 'run', running: server }
      : wait(400_000, 1, complaint);
  };
}

/** Images of PostgreSQL 9 start without a password and let everybody in; later ones refuse. */
function trustsEveryone(call: Invocation): boolean {
  return /(^|\/)postgres:9\b/.test(call.config.image);
}

const MYSQL_ENV = [
  'MYSQL_ROOT_PASSWORD',
  'MYSQL_ALLOW_EMPTY_PASSWORD',
  'MYSQL_RANDOM_ROOT_PASSWORD',
  'MARIADB_ROOT_PASSWORD',
  'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD',
  'MARIADB_RANDOM_ROOT_PASSWORD',
  'MYSQL_ROOT_PASSWORD_FILE',
  'MARIADB_ROOT_PASSWORD_HASH',
];
const mysql = database(
  'mysqld',
  3306,
  MYSQL_ENV,
  '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n',
  {
    readyAfter: 6_000_000,
    log: '[Note] [Entrypoint]: Entrypoint script for MySQL Server started.\n',
    onTerm: { code: 0, after: 900_000 },
    load: load(8, 380, 6),
  },
);
const postgres = database(
  'postgres',
  5432,
  ['POSTGRES_PASSWORD', 'POSTGRES_HOST_AUTH_METHOD', 'POSTGRES_PASSWORD_FILE'],
  'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".\n',
  {
    readyAfter: 2_000_000,
    log: 'database system is ready to accept connections\n',
    onTerm: { code: 0, after: 150_000 },
    load: load(3, 40),
  },
);

/** The test image of Kubernetes: many servers in one. */
const agnhost: Command = (call) => {
  const [, verb = 'pause'] = call.argv;
  if (verb === 'liveness')
    return {
      kind: 'run',
      running: running('agnhost', {
        ports: [8080],
        http: 'ten-seconds',
        onTerm: { code: 2, after: 10_000 },
      }),
    };
  if (verb === 'pause') return { kind: 'run', running: running('agnhost', { log: 'Paused\n' }) };
  const port = Number(
    optionOf(call.argv, '--http-port', '--port') ??
      { 'serve-hostname': 9376, netexec: 8080 }[verb] ??
      8080,
  );
  return {
    kind: 'run',
    running: running('agnhost', {
      ports: [port, 8080, 8081],
      http: 'any',
      onTerm: { code: 2, after: 10_000 },
    }),
  };
};

const netcatServer: Command = (call) => {
  const port = Number(
    optionOf(call.argv, '-p') ??
      flagsOf(call.argv).operands.find((word) => /^\d+$/.test(word)) ??
      0,
  );
  return {
    kind: 'run',
    running: running('nc', { ports: [port], http: 'any', onTerm: undefined, load: load(1, 1) }),
  };
};

const httpEcho: Command = (call) => {
  const port = Number(/:(\d+)/.exec(optionOf(call.argv, '-listen', '--listen') ?? '')?.[1] ?? 5678);
  return { kind: 'run', running: running('http-echo', { ports: [port], http: 'any' }) };
};

/** Its ports are those of its flags; a server for gRPC, TLS or measurements runs only when it has one. */
const podinfo: Command = ({ argv }) => {
  const portOf = (name: string, standard: number): readonly number[] => {
    const port = Number(optionOf(argv, name) ?? standard);
    return port > 0 ? [port] : [];
  };
  const grpcPorts = portOf('--grpc-port', 0);
  const ports = [
    ...portOf('--port', 9898),
    ...portOf('--secure-port', 0),
    ...portOf('--port-metrics', 0),
    ...grpcPorts,
  ];
  return {
    kind: 'run',
    running: running('podinfo', { ports, grpcPorts, http: 'podinfo', load: load(3, 32) }),
  };
};

/** podinfo's own client: `podcli check http localhost:9898/healthz`. */
const podcli: Command = (call) => {
  const [, port = '9898', path = '/'] = /:(\d+)(\/\S*)?/.exec(call.argv.join(' ')) ?? [];
  const answer = call.local(Number(port), path);
  if (answer.kind === 'refused')
    return done(1, '', `check failed: dial tcp 127.0.0.1:${port}: connect: connection refused\n`);
  return (answer.status ?? 200) < 400
    ? done(0)
    : done(1, '', `check failed with status code ${answer.status}\n`);
};

/** A server of which only name and port are known. */
function plain(
  name: string,
  ports: readonly number[] | 'any',
  special: Partial<Running> = {},
): Command {
  return run(name, { ports, ...special });
}

export const serverCommands: Readonly<Record<string, Command>> = {
  nginx,
  httpd: plain('httpd', [80], {
    http: 'files',
    root: '/usr/local/apache2/htdocs',
    load: load(1, 10),
  }),
  'httpd-foreground': plain('httpd', [80], {
    http: 'files',
    root: '/usr/local/apache2/htdocs',
    load: load(1, 10),
  }),
  'apache2-foreground': plain('apache2', [80], {
    http: 'any',
    readyAfter: 500_000,
    load: load(2, 30),
  }),
  apache2: plain('apache2', [80], { http: 'any', load: load(2, 30) }),
  'php-fpm': plain('php-fpm', [9000], { load: load(1, 20) }),
  caddy: plain('caddy', [80, 443, 2019], { http: 'any' }),
  haproxy: plain('haproxy', 'any', { http: 'any' }),
  traefik: plain('traefik', [80, 8080], { http: 'any', load: load(2, 30) }),
  'redis-server': redis,
  'valkey-server': redis,
  coredns: plain('coredns', [53, 8080, 8181, 9153], { http: 'any', load: load(3, 18) }),
  memcached: plain('memcached', [11211]),
  mysqld: mysql,
  mariadbd: mysql,
  postgres,
  mongod: plain('mongod', [27017], { readyAfter: 1_500_000, load: load(6, 110) }),
  mongos: plain('mongos', [27017]),
  'rabbitmq-server': plain('rabbitmq-server', [5672, 15672, 4369, 25672], {
    http: 'any',
    readyAfter: 7_000_000,
    load: load(10, 120),
  }),
  elasticsearch: plain('elasticsearch', [9200, 9300], {
    http: 'any',
    readyAfter: 18_000_000,
    onTerm: { code: 143, after: 2_000_000 },
    load: load(20, 1100, 10),
  }),
  kibana: plain('kibana', [5601], { http: 'any', readyAfter: 20_000_000, load: load(15, 450) }),
  'zkServer.sh': plain('java', [2181, 2888, 3888], {
    readyAfter: 2_000_000,
    onTerm: { code: 143, after: 200_000 },
    load: load(3, 110),
  }),
  'start-zookeeper': plain('java', [2181, 2888, 3888], {
    readyAfter: 2_000_000,
    onTerm: { code: 143, after: 200_000 },
    load: load(3, 110),
  }),
  cassandra: plain('cassandra', [7000, 7199, 9042, 9160], {
    readyAfter: 25_000_000,
    onTerm: { code: 143, after: 1_500_000 },
    load: load(20, 900, 10),
  }),
  influxd: plain('influxd', [8086], { http: 'any' }),
  'nats-server': plain('nats-server', [4222, 6222, 8222], { http: 'any' }),
  registry: plain('registry', [5000], { http: 'any' }),
  vault: plain('vault', [8200, 8201], { http: 'any' }),
  consul: plain('consul', [8300, 8500, 8600], { http: 'any' }),
  'catalina.sh': plain('java', [8080], {
    http: 'any',
    readyAfter: 5_000_000,
    onTerm: { code: 143, after: 400_000 },
    load: load(6, 280),
  }),
  prometheus: plain('prometheus', [9090], { http: 'any', load: load(5, 60) }),
  node_exporter: plain('node_exporter', 'any', { http: 'any' }),
  pause: plain('pause', [], { load: load(0, 1) }),
  podinfo,
  server: plain('server', [8080], { http: 'ten-seconds', onTerm: { code: 2, after: 10_000 } }),
  serve_hostname: plain('serve_hostname', [9376], {
    http: 'any',
    onTerm: { code: 2, after: 10_000 },
  }),
  goproxy: plain('goproxy', [8080], { http: 'any', onTerm: { code: 2, after: 10_000 } }),
  whoami: plain('whoami', [80], { http: 'any' }),
  'hello-app': plain('hello-app', [8080], { http: 'any', onTerm: { code: 2, after: 10_000 } }),
  'http-echo': httpEcho,
  agnhost,
  hello: () =>
    done(
      0,
      '\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n',
    ),
  supervisord: plain('supervisord', 'any', { http: 'any' }),
  crond: plain('crond', []),
  cron: plain('cron', []),
  sshd: plain('sshd', [22]),
  dockerd: plain('dockerd', 'any'),
};

/** `nc -l`: a listening netcat. */
export function listensWithNetcat(argv: readonly string[]): boolean {
  return argv.slice(1).some((word) => /^-[a-z]*l[a-z]*p?$/.test(word));
}
export const netcat: Command = netcatServer;

/** Clients of databases in their own images: checks by which readiness is asked. */
function clientOf(port: number, name: string, good: string): Command {
  return (call) =>
    call.local(port, '/').kind === 'open' || call.profile.userland === 'unknown'
      ? done(0, good)
      : done(1, '', `${name}: could not connect to server: Connection refused\n`);
}

export const clientCommands: Readonly<Record<string, Command>> = {
  'redis-cli': clientOf(6379, 'redis-cli', 'PONG\n'),
  'valkey-cli': clientOf(6379, 'valkey-cli', 'PONG\n'),
  mysqladmin: clientOf(3306, 'mysqladmin', 'mysqld is alive\n'),
  'mariadb-admin': clientOf(3306, 'mariadb-admin', 'mysqld is alive\n'),
  mysql: clientOf(3306, 'mysql', ''),
  mariadb: clientOf(3306, 'mariadb', ''),
  'healthcheck.sh': clientOf(3306, 'healthcheck.sh', ''),
  pg_isready: clientOf(5432, 'pg_isready', '/var/run/postgresql:5432 - accepting connections\n'),
  psql: clientOf(5432, 'psql', ''),
  mongo: clientOf(27017, 'mongo', ''),
  mongosh: clientOf(27017, 'mongosh', ''),
  nodetool: clientOf(7199, 'nodetool', 'UN  10.244.1.2\n'),
  cqlsh: clientOf(9042, 'cqlsh', ''),
  'rabbitmq-diagnostics': clientOf(5672, 'rabbitmq-diagnostics', 'Ping succeeded\n'),
  rabbitmqctl: clientOf(5672, 'rabbitmqctl', ''),
  'zookeeper-ready': clientOf(2181, 'zookeeper-ready', ''),
  'zkCli.sh': clientOf(2181, 'zkCli.sh', ''),
  podcli,
};
