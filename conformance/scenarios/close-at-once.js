'use strict';
// R29, R9: a server is closed in the turn of its listen
const { net, say } = require('./scene.js');

const server = net.createServer();
server.on('listening', () => say('server', 'listening'));
server.on('error', error => say('server', 'error ' + error.code));
server.on('close', () => say('server', 'close'));
server.listen(0, '127.0.0.1');
server.close();
say('server', 'close returned');
