'use strict';
// R29: a server is closed twice, and with a callback
const { net, say, told } = require('./scene.js');

const server = net.createServer();
server.on('close', () => say('server', 'close'));
server.listen(0, '127.0.0.1', () => {
  server.close(told('server', 'first close'));
  server.close(told('server', 'second close'));
});
