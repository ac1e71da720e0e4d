'use strict';
// R16: a write after end
const { watch, told, say, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer).end('a');
  say('server', 'write returned ' + peer.write('b', told('server', 'written')));
}, port => quiet(connect(port)));
