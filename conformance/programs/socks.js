'use strict';
const net = require('node:net');
const { pipeline } = require('node:stream');

// As examples/Socks.java.
const port = Number(process.argv[2] ?? 1080);
const server = net.createServer({ allowHalfOpen: true }, client => {
  let rest = Buffer.alloc(0);
  let step = greet;
  client.setTimeout(60000, () => client.destroy());
  client.on('error', error => console.log(`a client broke off: ${error.message}`));
  client.on('data', take);

  function take(bytes) {
    rest = Buffer.concat([rest, bytes]);
    while (step !== undefined && step()) {
    }
  }

  // The version, the number of methods, the methods.
  function greet() {
    if (rest.length < 2 || rest.length < 2 + rest[1]) {
      return false;
    }
    const isSocks5 = rest[0] === 5;
    rest = rest.subarray(2 + rest[1]);
    client.write(Buffer.from([5, isSocks5 ? 0 : 0xff]));
    step = isSocks5 ? request : undefined;
    if (!isSocks5) {
      client.end();
    }
    return true;
  }

  // The version, a command, 0, a kind of address; the address, as long as its kind or first byte says; a port.
  function request() {
    if (rest.length < 5) {
      return false;
    }
    const [, command, , kind, first] = rest;
    const hostBytes = kind === 1 ? 4 : kind === 4 ? 16 : 1 + first;
    if (rest.length < 4 + hostBytes + 2) {
      return false;
    }
    const address = rest.subarray(4, 4 + hostBytes);
    const targetPort = rest.readUInt16BE(4 + hostBytes);
    step = undefined;
    client.off('data', take);
    client.pause();
    if (command === 1) {
      connect(targetPort, host(kind, address), rest.subarray(4 + hostBytes + 2));
    } else {
      client.end(response(7));
    }
    return false;
  }

  function connect(targetPort, name, early) {
    const target = net.connect({ port: targetPort, host: name, allowHalfOpen: true });
    target.on('connect', () => {
      client.write(response(0));
      target.write(early);
      pipeline(client, target, () => {});
      pipeline(target, client, () => {});
    });
    target.on('error', () => client.end(response(5)));
    client.on('close', () => target.destroy());
  }
});
server.listen(port, '127.0.0.1', () => console.log(`socks on 127.0.0.1:${server.address().port}`));

function host(kind, address) {
  if (kind === 3) {
    return address.toString('latin1', 1);
  }
  if (kind === 1) {
    return address.join('.');
  }
  return Array.from({ length: 8 }, (none, word) => address.readUInt16BE(2 * word).toString(16)).join(':');
}

function response(code) {
  return Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}
