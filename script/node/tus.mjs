// tus-js-client against a running server: in pieces, cut and resumed by another process, with a wrong checksum, given up.
//   FONDS_AUDIT_DEMO   a demo.json
//   node tus.mjs [begin|resume] FILE STORE    used by itself
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileUrlStorage, Upload } from 'tus-js-client';

const demo = JSON.parse(readFileSync(process.env.FONDS_AUDIT_DEMO, 'utf8'));
const who = demo.people.find((person) => person.key === 'branch_recorder');
const headers = { Authorization: `Bearer ${who.token}` };
const PIECE = 256 * 1024;

function options(file, name, more) {
  return {
    endpoint: new URL('/uploads', demo.url).href,
    headers,
    metadata: { filename: name, post: who.post },
    chunkSize: PIECE,
    uploadSize: statSync(file).size,
    retryDelays: [100, 500],
    ...more,
  };
}

// Runs an upload to its end, or until `stop` says so. Gives its address.
function run(file, name, more = {}, stop = () => false, before = async () => {}) {
  return new Promise((done, failed) => {
    const upload = new Upload(createReadStream(file), {
      ...options(file, name, more),
      onError: failed,
      onSuccess: () => done(upload.url),
      onChunkComplete: (_, sent) => {
        if (stop(sent)) upload.abort().then(() => done(upload.url), failed);
      },
    });
    before(upload).then(() => upload.start(), failed);
  });
}

async function graphql(query, variables) {
  const answer = await fetch(new URL('/graphql', demo.url), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await answer.json()).data;
}

// What became of it, once it is examined.
async function settled(url) {
  const id = `file:${url.split('/').pop()}`;
  for (let tries = 0; tries < 300; tries += 1) {
    const { file } = await graphql('query($id: ID!) { file(id: $id) { state sha256 } }', { id });
    if (!['RECEIVING', 'EXAMINING'].includes(file.state)) return file;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${id} is not settled`);
}

function hold(what, is) {
  if (!is) throw new Error(`tus-js-client: ${what}`);
}

const [step, file, store] = process.argv.slice(2);
if (step === 'begin') {
  const url = await run(file, '会议记录.txt', { urlStorage: new FileUrlStorage(store), fingerprint: async () => 'one' }, (sent) => sent >= 3 * PIECE);
  console.log(url);
} else if (step === 'resume') {
  const url = await run(file, '会议记录.txt', { urlStorage: new FileUrlStorage(store), fingerprint: async () => 'one' }, undefined, async (upload) => {
    const [previous] = await upload.findPreviousUploads();
    upload.resumeFromPreviousUpload(previous);
  });
  console.log(url);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'fonds-tus-'));
  try {
    const path = join(folder, 'text.txt');
    writeFileSync(path, randomBytes(1_600_000).toString('hex'));
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    const self = fileURLToPath(import.meta.url);
    const another = (step) => execFileSync(process.execPath, [self, step, path, join(folder, 'urls')], { encoding: 'utf8' }).trim();

    const whole = await settled(await run(path, '会议记录一.txt'));
    hold('in pieces it arrives whole', whole.state === 'KEPT' && whole.sha256 === digest);

    const begun = another('begin');
    const head = await fetch(begun, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } });
    hold('it was cut in the middle', Number(head.headers.get('upload-offset')) >= 3 * PIECE && Number(head.headers.get('upload-offset')) < 3_200_000);
    hold('another process goes on with it', another('resume') === begun);
    const resumed = await settled(begun);
    hold('and it arrives whole', resumed.state === 'KEPT' && resumed.sha256 === digest);

    const wrong = `sha1 ${createHash('sha1').update('something else').digest('base64')}`;
    const mixed = await run(path, '会议记录二.txt', {
      retryDelays: null,
      onBeforeRequest: (request) => {
        if (request.getMethod() === 'PATCH') request.setHeader('Upload-Checksum', wrong);
      },
    }).then(() => undefined, (error) => error);
    hold('a wrong checksum is refused', mixed?.originalResponse?.getStatus() === 460);

    const gone = await new Promise((done, failed) => {
      const upload = new Upload(createReadStream(path), {
        ...options(path, '会议记录三.txt'),
        onError: failed,
        onChunkComplete: () => upload.abort(true).then(() => done(upload.url), failed),
      });
      upload.start();
    });
    const after = await fetch(gone, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } });
    hold('what is given up is gone', after.status === 404);
    console.log('tus-js-client: in pieces, resumed by another process, wrong checksum refused, given up');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
