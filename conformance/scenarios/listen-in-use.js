'use strict';
// R9, R31: an address in use, and another try
const { net, say } = require('./scene.js');

const first = net.createServer();
first.listen(0, '127.0.0.1', () => {
  const second = net.createServer();
  second.on('error', error => {
    say('server', 'error ' + error.code + ' of ' + error.syscall);
    second.listen(0, '127.0.0.1');
    first.close();
  });
  second.on('listening', () => {
    say('server', 'listening');
    second.close();
  });
  second.on('close', () => say('server', 'close'));
  second.listen(first.address().port, '127.0.0.1');
  say('server', 'listen returned');
});
