'use strict';
// R26: the destination of a pipeline is destroyed with an error
const { net, events, told, serve, quiet, connect } = require('./scene.js');

const { pipeline } = require('node:stream');
serve(target => {
  events('destination', target);
  serve(source => {
    events('source', source);
    pipeline(source, target, () => {});
    source.once('data', () => target.destroy(new Error('mine')));
  }, port => quiet(connect(port)).write('x'));
}, port => quiet(connect(port)));
