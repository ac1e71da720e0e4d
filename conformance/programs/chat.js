'use strict';
const net = require('node:net');
const { isUtf8 } = require('node:buffer');

// As examples/LineChat.java.
const port = Number(process.argv[2] ?? 7004);
const room = new Set();
const server = net.createServer(socket => {
  const name = `guest ${socket.remoteAddress}:${socket.remotePort}`;
  let rest = Buffer.alloc(0);
  room.add(socket);
  const say = line => {
    for (const other of room) {
      // Who does not read misses what is said meanwhile, and costs no memory.
      if (other !== socket && other.writableLength < 64 * 1024) {
        other.write(`${name}: ${line}\n`);
      }
    }
  };
  socket.on('data', bytes => {
    rest = Buffer.concat([rest, bytes]);
    for (let end; (end = rest.indexOf('\n')) >= 0 && end <= 200; rest = rest.subarray(end + 1)) {
      const line = rest.subarray(0, end);
      if (!isUtf8(line)) {
        return socket.destroy(new Error('a line that is no UTF-8'));
      }
      say(line);
    }
    if (rest.length > 200) {
      socket.destroy(new Error('a line of at least 201 bytes, the limit is 200 bytes'));
    }
  });
  socket.on('error', error => console.log(`${name}: ${error.message}`));
  socket.on('close', () => room.delete(socket));
});
server.listen(port, '127.0.0.1', () => console.log(`chat on 127.0.0.1:${server.address().port}`));
