'use strict';
// R28, R36: a server that does not hold the program, and a connection that does
const { net, watch, say, quiet, connect } = require('./scene.js');

const server = net.createServer(peer => watch('server', peer));
server.listen(0, '127.0.0.1', () => {
  server.unref();
  const socket = quiet(connect(server.address().port));
  socket.on('connect', () => setTimeout(() => socket.end(), 30).unref());
});
process.on('beforeExit', () => say('program', 'nothing holds it'));
