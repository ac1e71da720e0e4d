// Echo on Node: each connection piped into itself.   node echo.mjs PORT|/path
import { createServer } from 'node:net';
import { rmSync } from 'node:fs';

const at = process.argv[2];
if (at.startsWith('/')) rmSync(at, { force: true });
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
const where = at.startsWith('/') ? { path: at } : { port: Number(at), host: '127.0.0.1' };
server.listen({ ...where, backlog: 4096 });
