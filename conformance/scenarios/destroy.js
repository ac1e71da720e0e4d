'use strict';
// R7, R19: a destroy while a write waits
const { events, much, told, say, serve, connect } = require('./scene.js');

serve(peer => {
  events('server', peer);
  peer.write(much, told('server', 'written'));
  setTimeout(() => {
    peer.destroy();
    say('server', 'destroy returned');
  }, 30);
}, port => connect(port).on('error', () => {}).pause().on('connect', function () {
  setTimeout(() => this.destroy(), 100);
}));
