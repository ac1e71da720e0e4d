'use strict';
const net = require('net');
const readline = require('readline');

// A dialogue: a name, three sums, a mark. Who is silent for a minute is cut off.
const server = net.createServer((socket) => {
  socket.setTimeout(60000, () => socket.destroy());
  socket.on('error', () => {});
  serve(socket);
});
server.listen(Number(process.argv[2] ?? 7017), '127.0.0.1', () => {
  const { address, port } = server.address();
  console.log(`quiz on ${address}:${port}`);
});

async function serve(socket) {
  const lines = readline.createInterface({ input: socket })[Symbol.asyncIterator]();
  const name = await ask(lines, socket, 'your name? ');
  let right = 0;
  for (const [one, other] of [[3, 4], [12, 30], [7, 6]]) {
    const answer = await ask(lines, socket, `${one} + ${other} = `);
    right += answer === String(one + other) ? 1 : 0;
  }
  socket.end(`${name}: ${right} of 3\n`);
}

// The answer, which is empty when the client has left.
async function ask(lines, socket, question) {
  socket.write(question);
  return ((await lines.next()).value ?? '').trim();
}
