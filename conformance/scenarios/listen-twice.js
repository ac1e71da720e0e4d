'use strict';
// R9: listen is called twice
const { net, say } = require('./scene.js');

const server = net.createServer();
server.on('listening', () => {
  say('server', 'listening');
  again('third');
  server.close();
});
server.on('error', error => say('server', 'error ' + error.code));
server.on('close', () => say('server', 'close'));
server.listen(0, '127.0.0.1');
again('second');

function again(which) {
  try {
    server.listen(0, '127.0.0.1');
    say('server', which + ' listen returned');
  } catch (error) {
    say('server', which + ' listen threw ' + error.code);
  }
}
