// The real program, started on a free port with an empty data folder of its own.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = process.env.MELDWIJZER ?? path.join(REPOSITORY, 'target/debug/meldwijzer');
// An unoptimised build of the whole portal on a busy machine.
const START_LIMIT_MS = 90_000;
// Requests in flight are finished before the program stops.
const STOP_LIMIT_MS = 30_000;

/**
 * Starts the program and resolves when it has said where it listens. `root` is the folder of the portal:
 * without it, the one that this repository ships.
 */
export async function startPortal({ root = REPOSITORY } = {}) {
  const portal = new Portal(root);
  await portal.start();
  return portal;
}

/** Copies the files that people write, so that a test may change them. The caller removes the folder. */
export function copyOfPortal() {
  const root = mkdtempSync(path.join(tmpdir(), 'meldwijzer-root-'));
  for (const name of ['site.yaml', 'content', 'forms', 'themes']) {
    cpSync(path.join(REPOSITORY, name), path.join(root, name), { recursive: true });
  }
  return root;
}

/** The environment of these tests, without settings that somebody has made for a portal. */
function environment() {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('MELDWIJZER'));
  return { ...Object.fromEntries(own), NO_COLOR: '1' };
}

/** Starts `meldwijzer preview` on a folder, in Dutch, and resolves when it has said where it listens. */
export async function startPreview(root) {
  const portal = new Portal(root, 'preview');
  await portal.start();
  return portal;
}

class Portal {
  #root;
  #command;
  #child;
  #ended;
  #log = '';
  #release;

  constructor(root, command = 'serve') {
    this.#root = root;
    this.#command = command;
    this.data = mkdtempSync(path.join(tmpdir(), 'meldwijzer-data-'));
    // Whatever happens to the tests, nothing is left behind.
    this.#release = () => {
      this.#child?.kill('SIGKILL');
      rmSync(this.data, { recursive: true, force: true });
    };
    process.once('exit', this.#release);
  }

  /** Starts the program at an address, by default a free port of this machine. */
  async start(listen = '127.0.0.1:0') {
    const data = this.#command === 'serve' ? ['--data', this.data] : [];
    const child = spawn(
      PROGRAM,
      [this.#command, '--root', this.#root, ...data, '--listen', listen],
      { stdio: ['ignore', 'pipe', 'pipe'], env: environment() },
    );
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal }));
      child.once('error', (error) => resolve({ error }));
    });
    await this.#listening(child);
  }

  #listening(child) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`no address within ${START_LIMIT_MS} ms:\n${this.#log}`)),
        START_LIMIT_MS,
      );
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8');
        stream.on('data', (text) => {
          this.#log += text;
        });
      }
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        const address = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said);
        // The line must be whole: a chunk may end within the port.
        if (address && said.indexOf('\n', address.index) >= 0) {
          clearTimeout(late);
          this.home = address[0];
          this.origin = new URL(this.home).origin;
          resolve();
        }
      });
      this.#ended.then((end) => {
        clearTimeout(late);
        reject(new Error(`${PROGRAM} ended before it listened: ${JSON.stringify(end)}\n${this.#log}`));
      });
    });
  }

  /** Everything the program has printed so far. */
  get log() {
    return this.#log;
  }

  /** The address of a page of the portal, whatever origin `site.yaml` gives it. */
  at(address) {
    const { pathname, search } = new URL(address, this.home);
    return this.origin + pathname + search;
  }

  /** The addresses of the sitemap, on the origin where the program listens. */
  async sitemap() {
    const response = await fetch(new URL('sitemap.xml', this.home));
    if (!response.ok) throw new Error(`sitemap.xml: status ${response.status}`);
    const locations = [...(await response.text()).matchAll(/<loc>([^<]+)<\/loc>/g)];
    return locations.map(([, location]) => this.at(location.trim().replaceAll('&amp;', '&')));
  }

  /** Runs a command on the reports while the portal is served; returns what it printed. */
  reports(...words) {
    return this.run('reports', ...words);
  }

  /** Runs a command on the data beside the portal; returns what it printed. */
  run(...words) {
    return this.program(...words, '--data', this.data);
  }

  /** Runs a command that needs no data; returns what it printed. */
  program(...words) {
    const call = [...words, '--root', this.#root];
    // What is wrong is printed too, and is in the error that is thrown then.
    return execFileSync(PROGRAM, call, { encoding: 'utf8', env: environment(), stdio: 'pipe' });
  }

  /** Paths of everything that was received, reports and submissions, in the data folder. */
  stored() {
    const kept = ['reports', 'submissions', 'statistics'].map((name) => path.join(this.data, name));
    return kept.filter(existsSync).flatMap((folder) => readdirSync(folder, { recursive: true })).sort();
  }

  /** Every file of the data folder with its bytes, in base 64. */
  contents() {
    const names = readdirSync(this.data, { recursive: true }).map((name) => path.join(this.data, name));
    const files = names.filter((name) => statSync(name).isFile());
    return Object.fromEntries(files.map((name) => [name, readFileSync(name).toString('base64')]));
  }

  /** What a report says, opened with the recovery key. That is an event of the report itself. */
  openCase(caseId) {
    const exported = JSON.parse(this.reports('export', caseId, '--key', this.recoveryKey));
    return exported.cases[0].opened;
  }

  get recoveryKey() {
    return path.join(this.data, 'recovery-key.txt');
  }

  /** Names of the cases on disk. */
  cases() {
    try {
      return readdirSync(path.join(this.data, 'reports')).sort();
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  }

  /** The first event of a case, with the access rights of its file and its folder. */
  firstEvent(caseId) {
    const folder = path.join(this.data, 'reports', caseId);
    const file = path.join(folder, '00001.json');
    return {
      event: JSON.parse(readFileSync(file, 'utf8')),
      fileMode: statSync(file).mode & 0o777,
      folderMode: statSync(folder).mode & 0o777,
    };
  }

  /** Lets somebody read what comes in: a person with these roles, who has chosen a passphrase. */
  addPerson(name, roles) {
    const roleWords = roles.flatMap((role) => ['--role', role]);
    const said = this.run('people', 'add', '--name', name, ...roleWords);
    const [, person] = /meldwijzer people passphrase (\S+)/.exec(said);
    const [code] = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/.exec(said);
    const secrets = path.join(this.data, `passphrase-${person}.txt`);
    writeFileSync(secrets, `${code}\neen lange zin van mij\n`, { mode: 0o600 });
    this.run('people', 'passphrase', person, '--passphrase-file', secrets);
    rmSync(secrets);
  }

  /** Stops the program and starts it again with the same data, where it listened. */
  async restart() {
    await this.#end();
    await this.start(new URL(this.origin).host);
  }

  /** Asks the program to stop; resolves to its exit code. */
  async stop() {
    const end = await this.#end();
    process.removeListener('exit', this.#release);
    this.#release();
    return end;
  }

  async #end() {
    this.#child.kill('SIGTERM');
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const { code, signal } = await this.#ended;
    clearTimeout(hard);
    return code ?? signal;
  }
}
