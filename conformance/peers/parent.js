// A Node program that starts another one with a channel, and passes sockets both ways. Prints a line for each thing
// that went well: node parent.js COMMAND...
'use strict';
const { spawn } = require('child_process');
const dgram = require('dgram');
const net = require('net');
const { once } = require('events');

const BURST = 100;
const child = spawn(process.argv[2], process.argv.slice(3), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
child.on('exit', (status, signal) => console.log('exit', status, signal));
process.on('warning', (warning) => console.log('warning', warning.name));

const waiting = [];
const came = [];
child.on('message', (message, handle) => {
  const next = waiting.shift();
  if (next) next([message, handle]);
  else came.push([message, handle]);
});
const message = () =>
  came.length > 0 ? Promise.resolve(came.shift()) : new Promise((resolve) => waiting.push(resolve));

async function listen(options, listener) {
  const server = net.createServer(options, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function talk(port, text) {
  return new Promise((resolve, reject) => {
    let all = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text + '\n'));
    socket.setEncoding('utf8').on('data', (data) => { all += data; });
    socket.on('end', () => resolve(all)).on('error', reject);
  });
}

function expect(what, found, wanted) {
  console.log(JSON.stringify(found) === JSON.stringify(wanted) ? 'ok' : 'WRONG ' + JSON.stringify(found), what);
}

async function toChild() {
  child.send({ text: 'ä \u2028 "\\"\n', deep: [[{}]] });
  expect('an object comes back as it was', (await message())[0], { text: 'ä \u2028 "\\"\n', deep: [[{}]] });

  const server = await listen({ pauseOnConnect: true }, (socket) => child.send('serve', socket));
  expect('a connection is served', await talk(server.address().port, 'hello'), 'child: hello');
  const many = Array.from({ length: BURST }, (_, n) => talk(server.address().port, 'n' + n));
  expect('a burst is served', await Promise.all(many), Array.from({ length: BURST }, (_, n) => 'child: n' + n));
  server.close();
  await once(server, 'close');
  console.log('ok the server closes when the last connection there is gone');

  const shared = await listen({}, () => console.log('WRONG the parent accepts'));
  const { port } = shared.address();
  child.send('listen', shared);
  await message();
  shared.close();
  expect('a listener serves', await talk(port, 'there'), 'child: there');

  const udp = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const to = udp.address().port;
  child.send('datagrams', udp);
  await message();
  udp.close();
  const client = dgram.createSocket('udp4');
  client.send('ping', to, '127.0.0.1');
  const [answer] = await once(client, 'message');
  client.close();
  expect('datagrams are answered', String(answer), 'child: ping');
}

async function fromChild() {
  child.send('give connections');
  const [port] = await message();
  const all = Array.from({ length: BURST }, (_, n) => talk(port, 'n' + n));
  for (let n = 0; n < BURST; n++) {
    const [text, socket] = await message();
    if (text.number !== n || !(socket instanceof net.Socket)) console.log('WRONG message', text, n);
    let heard = '';
    socket.setEncoding('utf8').on('data', (data) => {
      heard += data;
      if (heard.endsWith('\n')) socket.end('parent: ' + heard.trim());
    });
  }
  expect('connections come back in their order', await Promise.all(all),
    Array.from({ length: BURST }, (_, n) => 'parent: n' + n));

  child.send('give listener');
  const [at, server] = await message();
  server.on('connection', (socket) => socket.end('parent: listens'));
  expect('a listener comes', await talk(at, ''), 'parent: listens');
  server.close();

  child.send('give datagrams');
  const [bound, socket] = await message();
  socket.on('message', (data, from) => socket.send('parent: ' + data, from.port));
  const client = dgram.createSocket('udp4');
  client.send('ping', bound, '127.0.0.1');
  const [answer] = await once(client, 'message');
  expect('a datagram socket comes', String(answer), 'parent: ping');
  client.close();
  socket.close();
}

(async () => {
  await message();
  await toChild();
  await fromChild();
  child.send('outcomes');
  expect('every outcome was told', (await message())[0], { arrived: BURST + 2, failed: 0 });
  child.disconnect();
})();
