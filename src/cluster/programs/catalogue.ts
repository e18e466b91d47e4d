import type { ImageReference } from './image-reference.ts';
import type { ImageProfile, Userland } from './image-profile.ts';

/**
 * Well-known images: size in millions of bytes, userland, entry point, command, and further programs.
 * One line each, `-` for none. Sizes are those of the compressed layers, rounded.
 */
const TABLE = `
library/nginx 72 debian /docker-entrypoint.sh nginx,-g,daemon_off; nginx,curl
library/httpd 59 debian - httpd-foreground httpd,httpd-foreground,apachectl
library/caddy 21 alpine - caddy,run caddy
library/haproxy 43 debian docker-entrypoint.sh haproxy,-f,/usr/local/etc/haproxy/haproxy.cfg haproxy
library/traefik 49 alpine /entrypoint.sh traefik traefik
library/redis 45 debian docker-entrypoint.sh redis-server redis-server,redis-cli,redis-sentinel
library/valkey 43 debian docker-entrypoint.sh valkey-server valkey-server,valkey-cli
library/memcached 31 debian docker-entrypoint.sh memcached memcached
library/mysql 233 redhat docker-entrypoint.sh mysqld mysqld,mysql,mysqladmin
library/mariadb 119 debian docker-entrypoint.sh mariadbd mariadbd,mysqld,mysql,mariadb,mariadb-admin,mysqladmin,healthcheck.sh
library/postgres 154 debian docker-entrypoint.sh postgres postgres,psql,pg_isready,pg_ctl
library/mongo 265 debian docker-entrypoint.sh mongod mongod,mongo,mongosh,mongos
library/rabbitmq 103 debian docker-entrypoint.sh rabbitmq-server rabbitmq-server,rabbitmqctl,rabbitmq-diagnostics
library/elasticsearch 620 debian /usr/local/bin/docker-entrypoint.sh elasticsearch elasticsearch,curl
library/kibana 380 debian - kibana kibana,curl
library/zookeeper 118 debian /docker-entrypoint.sh zkServer.sh,start-foreground zkServer.sh,zkCli.sh,java
library/cassandra 145 debian docker-entrypoint.sh cassandra cassandra,nodetool,cqlsh
library/couchdb 62 debian tini,--,/docker-entrypoint.sh couchdb couchdb
library/influxdb 110 debian /entrypoint.sh influxd influxd,influx
library/neo4j 290 debian tini,-g,--,/startup/docker-entrypoint.sh neo4j neo4j
library/nats 8 none /nats-server --config,nats-server.conf nats-server
library/consul 52 alpine docker-entrypoint.sh agent,-dev consul
library/vault 88 alpine docker-entrypoint.sh server,-dev vault
library/registry 10 alpine /entrypoint.sh /etc/docker/registry/config.yml registry
library/wordpress 230 debian docker-entrypoint.sh apache2-foreground apache2-foreground,apache2,php
library/ghost 210 debian docker-entrypoint.sh node,current/index.js node,npm
library/drupal 190 debian docker-entrypoint.sh apache2-foreground apache2-foreground,php
library/joomla 190 debian /entrypoint.sh apache2-foreground apache2-foreground,php
library/nextcloud 420 debian /entrypoint.sh apache2-foreground apache2-foreground,php
library/php 165 debian docker-php-entrypoint php,-a php,apache2-foreground,php-fpm
library/tomcat 190 debian - catalina.sh,run catalina.sh,java
library/jetty 170 debian /docker-entrypoint.sh java,-jar,/usr/local/jetty/start.jar java
library/busybox 2 busybox - sh -
library/alpine 4 alpine - /bin/sh -
library/bash 6 alpine docker-entrypoint.sh bash bash
library/debian 49 debian - bash -
library/ubuntu 30 debian - /bin/bash -
library/centos 75 redhat - /bin/bash python
library/rockylinux 70 redhat - /bin/bash python3
library/almalinux 71 redhat - /bin/bash python3
library/amazonlinux 53 redhat - /bin/bash python3
library/fedora 70 redhat - /bin/bash python3
library/oraclelinux 90 redhat - /bin/bash -
library/hello-world 0.01 none - /hello hello
library/python 370 debian - python3 python,python3,pip,pip3,curl,git
library/node 390 debian docker-entrypoint.sh node node,npm,npx,yarn,curl,git,python3
library/golang 290 debian - bash go,curl,git
library/rust 560 debian - bash cargo,rustc,curl,git
library/ruby 370 debian - irb ruby,irb,gem,bundle,curl,git
library/perl 340 debian - perl,-de0 perl,curl,git
library/openjdk 240 debian - jshell java,javac,jshell
library/eclipse-temurin 210 debian - jshell java,javac,jshell
library/amazoncorretto 220 redhat - bash java,javac,jshell
library/maven 330 debian - mvn java,javac,mvn,git
library/gradle 390 debian - gradle java,gradle
library/gcc 480 debian - bash gcc,g++,make,git
library/docker 130 alpine dockerd-entrypoint.sh sh docker,dockerd
library/sonarqube 620 debian /opt/sonarqube/docker/entrypoint.sh - java
jenkins/jenkins 270 debian tini,--,/usr/local/bin/jenkins.sh - jenkins.sh,java,curl,git
bitnami/kubectl 80 debian kubectl - kubectl
rancher/kubectl 17 none kubectl - kubectl
alpine/curl 6 alpine curl - curl
alpine/git 30 alpine git - git
curlimages/curl 7 alpine /entrypoint.sh curl curl
appropriate/curl 3 alpine curl - curl
nicolaka/netshoot 180 alpine - zsh bash,zsh,curl,dig,nslookup,tcpdump,iperf3,nc
giantswarm/tiny-tools 15 alpine - sh bash,curl,dig,nslookup,jq
kubernetes-e2e-test-images/dnsutils 25 alpine - sh dig,nslookup,host
e2e-test-images/dnsutils 25 alpine - sh dig,nslookup,host
e2e-test-images/jessie-dnsutils 110 debian - bash dig,nslookup,host
polinux/stress 4 alpine - stress stress
progrium/stress 60 debian /usr/bin/stress --help stress
vish/stress 3 none /stress - stress
polinux/stress-ng 4 alpine - stress-ng stress-ng
google_containers/coredns/coredns 23 none /coredns - coredns
kube-proxy 26 none - kube-proxy kube-proxy
kubarium/cni-agent 12 none - cni-agent cni-agent
pause 0.3 none /pause - pause
pause 0.3 none /pause - pause
library/pause 0.3 none /pause - pause
liveness 1 busybox /server - server
e2e-test-images/agnhost 44 alpine /agnhost pause agnhost,curl,dig,nslookup
e2e-test-images/echoserver 22 alpine - /usr/local/bin/run.sh nginx,run.sh
echoserver 45 debian - /usr/local/bin/run.sh nginx,run.sh
e2e-test-images/nginx 50 debian - nginx,-g,daemon_off; nginx
nginx-slim 45 debian - nginx,-g,daemon_off; nginx
nginx 45 debian - nginx,-g,daemon_off; nginx
google_containers/nginx 45 debian - nginx,-g,daemon_off; nginx
nginxinc/nginx-unprivileged 72 debian /docker-entrypoint.sh nginx,-g,daemon_off; nginx,curl
nginxdemos/hello 22 alpine /docker-entrypoint.sh nginx,-g,daemon_off; nginx
bprashanth/nginxhttps 60 debian - /home/auto-reload-nginx.sh nginx,auto-reload-nginx.sh
busybox 1 busybox - sh -
hpa-example 160 debian docker-php-entrypoint apache2-foreground apache2-foreground,php
serve_hostname 5 none /serve_hostname - serve_hostname
goproxy 6 none /goproxy - goproxy
hashicorp/http-echo 5 none /http-echo - http-echo
traefik/whoami 3 none /whoami - whoami
containous/whoami 3 none /whoami - whoami
stefanprodan/podinfo 31 alpine - ./podinfo podinfo,podcli,curl
stefanprodan/grpc_health_probe 5 alpine grpc_health_probe - grpc_health_probe
google-samples/hello-app 5 alpine - ./hello-app hello-app
google-samples/hello-go-gke 5 none /usr/bin/hello-app - hello-app
google-samples/hello-frontend 52 debian - nginx,-g,daemon_off; nginx
google-samples/gb-frontend 160 debian docker-php-entrypoint apache2-foreground apache2-foreground,php
prom/prometheus 110 busybox /bin/prometheus --config.file=/etc/prometheus/prometheus.yml prometheus,promtool
prom/node-exporter 12 busybox /bin/node_exporter - node_exporter
prom/alertmanager 32 busybox /bin/alertmanager --config.file=/etc/alertmanager/alertmanager.yml alertmanager
grafana/grafana 160 alpine /run.sh - grafana,run.sh
minio/minio 60 redhat /usr/bin/docker-entrypoint.sh minio minio,mc
kubernetes-zookeeper 160 debian - /bin/bash start-zookeeper,zookeeper-ready,zkServer.sh,java
mstormo/suse 90 redhat - - -
`;

const NOTHING: Readonly<Record<string, string>> = Object.freeze({});

/** Commands of an image whose first argument is an option get these programs in front. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const WORKING_DIRECTORIES: Readonly<Record<string, string>> = {
  'library/httpd': '/usr/local/apache2',
  'library/redis': '/data',
  'library/wordpress': '/var/www/html',
  'stefanprodan/podinfo': '/home/app',
  'jenkins/jenkins': '/',
};

const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'library/nginx': {
    '/usr/share/nginx/html/index.html':
      '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n</body>\n</html>\n',
    '/etc/nginx/nginx.conf': 'events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
    '/etc/nginx/conf.d/default.conf':
      'server {\n    listen       80;\n    location / {\n        root   /usr/share/nginx/html;\n    }\n}\n',
  },
  'library/httpd': {
    '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
  },
};

function readTable(): ReadonlyMap<string, ImageProfile> {
  const profiles = new Map<string, ImageProfile>();
  for (const line of TABLE.trim().split('\n')) {
    const [repository, size, userland, entrypoint, cmd, programs] = line.split(' ');
    if (repository === undefined) continue;
    const list = (text: string | undefined) =>
      text === undefined || text === '-'
        ? []
        : text.split(',').map((word) => word.replaceAll('_off;', ' off;'));
    profiles.set(
      repository,
      Object.freeze({
        sizeBytes: Math.round(Number(size) * 1_000_000) + ((repository.length * 7919) % 90_000),
        entrypoint: Object.freeze(list(entrypoint)),
        cmd: Object.freeze(list(cmd)),
        workingDir: WORKING_DIRECTORIES[repository] ?? '/',
        userland: userland as Userland, // The table above has no other words in this column.
        programs: Object.freeze([...list(programs), ...list(entrypoint).map(baseName)]),
        env: Object.freeze({ PATH: DEFAULT_PATH }),
        files: Object.freeze(FILES[repository] ?? NOTHING),
      }),
    );
  }
  return profiles;
}

/** The last component of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const PROFILES = readTable();

/** Tags of these families hold an Alpine userland and weigh about a third. */
const ALPINE_TAG = /(^|-)alpine/;
const SLIM_TAG = /(^|-)slim/;

const profilesByName = new Map<string, ImageProfile>();

/** What is known of an image; for a stranger, that it serves its ports and runs for ever. */
export function profileOf(image: ImageReference): ImageProfile {
  const { fullName } = image;
  let profile = profilesByName.get(fullName);
  if (profile === undefined) {
    if (profilesByName.size > 2000) profilesByName.clear();
    profile = buildProfile(image);
    profilesByName.set(fullName, profile);
  }
  return profile;
}

function buildProfile(image: ImageReference): ImageProfile {
  const known = lookUp(image);
  if (known === undefined) return strangerProfile(image);
  if (ALPINE_TAG.test(image.tag) && known.userland !== 'busybox') {
    return Object.freeze({
      ...known,
      userland: 'alpine' as const,
      sizeBytes: Math.round(known.sizeBytes * 0.35),
    });
  }
  if (SLIM_TAG.test(image.tag)) {
    return Object.freeze({ ...known, sizeBytes: Math.round(known.sizeBytes * 0.2) });
  }
  return known;
}

/** Mirrors keep the repository's path, so the domain does not matter. */
function lookUp(image: ImageReference): ImageProfile | undefined {
  const pieces = image.path.split('/');
  for (let from = 0; from < pieces.length; from++) {
    const profile = PROFILES.get(pieces.slice(from).join('/'));
    if (profile !== undefined && (from > 0 || image.domain !== 'docker.io' || pieces.length > 1))
      return profile;
    // `mirror.gcr.io/library/nginx` is in the table; `quay.io/somebody/nginx` is somebody's own.
    if (pieces.length - from <= 2) break;
  }
  return undefined;
}

function strangerProfile(image: ImageReference): ImageProfile {
  let hash = 0;
  const { repository: name } = image;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  return Object.freeze({
    sizeBytes: 18_000_000 + (hash % 130) * 1_000_000 + (hash % 99_991),
    entrypoint: Object.freeze([`/${baseName(image.path)}`]),
    cmd: Object.freeze([]),
    workingDir: '/',
    userland: 'unknown' as const,
    programs: Object.freeze([baseName(image.path)]),
    env: Object.freeze({ PATH: DEFAULT_PATH }),
    files: NOTHING,
  });
}

/** Whether an image is in the table (and so has a known set of commands). */
export function isKnownImage(image: ImageReference): boolean {
  return lookUp(image) !== undefined;
}
