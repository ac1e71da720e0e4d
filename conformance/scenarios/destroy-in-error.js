'use strict';
// R12, R19: a destroy in the error listener
const { watch, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  peer.on('error', () => peer.destroy(new Error('second')));
  watch('server', peer).destroy(new Error('first'));
}, port => quiet(connect(port)));
