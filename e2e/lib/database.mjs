// The databases that a journey runs on: each time a new, empty one.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export const DATABASES = [
  { name: 'sqlite', create: () => null },
  {
    name: 'postgres',
    skip: process.env.POSTERN_TEST_POSTGRES ? false : 'POSTERN_TEST_POSTGRES is not set',
    create: createPostgres,
  },
];

function createPostgres() {
  const server = process.env.POSTERN_TEST_POSTGRES;
  const name = `journey_${randomBytes(6).toString('hex')}`;
  execFileSync('psql', [server, '--quiet', '--no-psqlrc', '--command', `CREATE DATABASE ${name}`]);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
