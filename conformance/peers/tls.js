'use strict';
// Node's tls and https as peers of conformance/tls.
//
//   node tls.js https PORT COUNT AUTHORITY [CERTIFICATE KEY]   requests, each on a connection of its own
//   node tls.js tls PORT COUNT AUTHORITY                       lines to an echo, likewise
//   node tls.js serve PORT CERTIFICATE KEY [AUTHORITY]         a server, which greets; with an authority clients show theirs
//
// A client prints how many of its connections went on with a session, then a line for each that failed.

const { readFileSync } = require('fs');
const https = require('https');
const tls = require('tls');
const [kind, port, ...rest] = process.argv.slice(2);
const AT_ONCE = 8;
const GREETING = 'hello from node';

function serve([certificate, key, authority]) {
  const options = { cert: readFileSync(certificate), key: readFileSync(key) };
  if (authority) {
    Object.assign(options, { ca: readFileSync(authority), requestCert: true, rejectUnauthorized: true });
  }
  https.createServer(options, (request, response) => response.end(GREETING)).listen(port, '127.0.0.1');
}

function clientOptions([authority, certificate, key]) {
  const options = { host: 'localhost', family: 4, port, ca: readFileSync(authority) };
  return certificate ? { ...options, cert: readFileSync(certificate), key: readFileSync(key) } : options;
}

// One connection; `done` is called once, with what went wrong if something did.
function get(options, done) {
  const request = https.get({ ...options, agent: false, headers: { connection: 'close' } }, (response) => {
    let text = '';
    response.on('data', (chunk) => (text += chunk));
    response.on('end', () => done(response.statusCode === 200 && text.startsWith('hello') ? null : text, null));
  });
  request.on('error', (error) => done(String(error), null));
  request.on('socket', (socket) => socket.on('secureConnect', () => (resumed += socket.isSessionReused())));
}

let session;
let resumed = 0;

function echo(options, done) {
  const line = 'line ' + Math.random();
  let text = '';
  // Every other one goes on with the last session there is.
  const socket = tls.connect({ ...options, servername: 'localhost', session: Math.random() < 0.5 ? session : undefined }, () => {
    resumed += socket.isSessionReused();
    socket.end(line);
  });
  socket.on('session', (made) => (session = made));
  socket.on('data', (chunk) => (text += chunk));
  socket.on('error', (error) => done(String(error)));
  socket.on('end', () => done(text === line ? null : `${text} in place of ${line}`));
}

function play(one, count, options) {
  const failures = [];
  let begun = 0;
  let over = 0;
  const next = () => {
    if (begun < count) {
      begun++;
      let isTold = false;
      one(options, (failure) => {
        if (!isTold) {
          isTold = true;
          over++;
          if (failure !== null) failures.push(failure.replaceAll('\n', ' ') || 'nothing came');
          if (over === count) console.log([resumed, ...failures].join('\n'));
          next();
        }
      });
    }
  };
  for (let at = 0; at < AT_ONCE; at++) next();
}

if (kind === 'serve') {
  serve(rest);
} else {
  play(kind === 'https' ? get : echo, Number(rest[0]), clientOptions(rest.slice(1)));
}
