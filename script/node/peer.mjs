// The reference server of tus with its store of files: `node peer.mjs PORT FOLDER`. What script/bench measures Fonds beside.
import { createServer } from 'node:http';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const [port, directory] = process.argv.slice(2);
const server = new Server({ path: '/uploads', datastore: new FileStore({ directory }) });
createServer((request, response) => server.handle(request, response)).listen(Number(port), '127.0.0.1', () => console.log('ready'));
