'use strict';
// R19, R6: a destroy in the data listener
const { events, say, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  events('server', peer).on('data', () => {
    peer.destroy();
    say('server', 'destroy returned');
  });
}, port => quiet(connect(port)).end('hello'));
