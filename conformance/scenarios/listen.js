'use strict';
// R9: listen, listening, the first connection
const { net, say, quiet, connect } = require('./scene.js');

const server = net.createServer(peer => {
  say('server', 'connection');
  peer.resume();
  server.close();
});
server.on('close', () => say('server', 'close'));
server.on('listening', () => {
  say('server', 'listening');
  quiet(connect(server.address().port)).end();
});
server.listen(0, '127.0.0.1');
say('server', 'listen returned');
