'use strict';
// R29: the close of a server without connections
const { net, say } = require('./scene.js');

const server = net.createServer();
server.on('close', () => say('server', 'close'));
server.listen(0, '127.0.0.1', () => {
  server.close();
  say('server', 'close returned, listening ' + server.listening);
});
