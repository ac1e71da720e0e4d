'use strict';
// What the recorders share: who says which word, printed when the program ends.
const net = require('node:net');

const words = [];
const say = (actor, word) => words.push(actor + ': ' + word);
const code = error => error ? error.code || error.message : 'ok';
process.on('exit', () => console.log(words.join('\n')));

// An outcome that is given to a callback.
const told = (actor, what) => error => say(actor, what + ' ' + code(error));

function events(actor, socket) {
  for (const event of ['connect', 'end', 'finish', 'drain']) socket.on(event, () => say(actor, event));
  socket.on('error', error => say(actor, 'error ' + code(error)));
  socket.on('close', hadError => say(actor, hadError ? 'close after error' : 'close'));
  return socket;
}

function watch(actor, socket) {
  return events(actor, socket).on('data', bytes => say(actor, 'data ' + bytes));
}

// The other end: it reads, and an error of its own is no matter.
function quiet(socket) {
  return socket.on('error', () => {}).resume();
}

// One connection: `handler` gets the server's end, `client` the port.
function serve(handler, client, options = {}) {
  const server = net.createServer(options, socket => {
    server.close();
    handler(socket);
  });
  server.listen(0, '127.0.0.1', () => client(server.address().port));
}

const connect = (port, options = {}) => net.connect({ port, host: '127.0.0.1', ...options });

// A port where no program listens.
function closedPort(use) {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const port = server.address().port;
    server.close(() => use(port));
  });
}

const much = Buffer.alloc(32 << 20, 'x');

module.exports = { net, say, code, told, events, watch, quiet, serve, connect, closedPort, much };
