'use strict';
// R26: the source of a pipeline is reset
const { net, events, told, serve, quiet, connect } = require('./scene.js');

const { pipeline } = require('node:stream');
serve(target => {
  events('destination', target);
  serve(source => {
    events('source', source);
    pipeline(source, target, () => {});
    source.write('x');
  }, port => {
    const socket = connect(port);
    socket.once('data', () => socket.resetAndDestroy());
  });
}, port => quiet(connect(port)));
