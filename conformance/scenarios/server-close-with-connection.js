'use strict';
// R29: the close of a server that has a connection
const { net, events, say, connect } = require('./scene.js');

const server = net.createServer(peer => {
  events('connection', peer).resume();
  peer.on('close', () => say('server', 'its connection closes'));
  server.close();
  say('server', 'close returned, listening ' + server.listening);
  peer.write('go on');
});
server.on('close', () => say('server', 'close'));
server.listen(0, '127.0.0.1', () => {
  const socket = connect(server.address().port);
  socket.on('data', () => socket.end());
});
