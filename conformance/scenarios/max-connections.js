'use strict';
// R30: one connection too many, and one when a place is free again
const { net, say, connect } = require('./scene.js');

const server = net.createServer(peer => {
  say('server', 'connection');
  peer.resume();
});
server.maxConnections = 1;
server.on('drop', () => say('server', 'drop'));
server.on('close', () => say('server', 'close'));
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const client = name => {
    const socket = connect(port);
    socket.resume().on('error', () => {});
    return socket.on('connect', () => say(name, 'connect')).on('close', () => say(name, 'close'));
  };
  const first = client('first');
  first.on('connect', () => client('second').on('close', () => first.end()));
  first.on('close', () => {
    const third = client('third');
    third.on('connect', () => {
      third.end();
      server.close();
    });
  });
});
