'use strict';
// R12: the data listener throws
const { events, say, quiet, serve, connect } = require('./scene.js');

process.on('uncaughtException', error => say('process', 'uncaught ' + error.message));
serve(peer => {
  events('server', peer);
  peer.on('data', () => { throw new Error('mine'); });
}, port => quiet(connect(port)).end('x'));
