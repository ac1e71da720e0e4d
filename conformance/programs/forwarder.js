'use strict';
const net = require('node:net');
const { pipeline } = require('node:stream');

// As examples/StreamingCopy.java.
const port = Number(process.argv[2] ?? 7002);
const upstream = Number(process.argv[3] ?? 7000);
const options = { allowHalfOpen: true, keepAlive: true, keepAliveInitialDelay: 60000 };
const server = net.createServer(options, client => {
  const target = net.connect({ port: upstream, host: '127.0.0.1', ...options });
  target.setTimeout(5000, () => target.destroy(new Error('connect timeout')));
  target.on('connect', () => target.setTimeout(0));
  target.on('error', error => console.log(error.message));
  pipeline(client, target, () => {});
  pipeline(target, client, () => {});
});
server.listen(port, '127.0.0.1', () => console.log(`relay on 127.0.0.1:${server.address().port}`));
