'use strict';
// R12: a destroy with an error
const { watch, say, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer).destroy(new Error('mine'));
  say('server', 'destroy returned');
}, port => quiet(connect(port)));
