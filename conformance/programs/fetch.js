'use strict';
const fs = require('node:fs');
const http = require('node:http');

// As examples/Fetch.java.
const words = process.argv.slice(2);
const isList = words.length === 1 && !words[0].startsWith('http:');
const urls = isList ? fs.readFileSync(words[0], 'utf8').trimEnd().split('\n') : words;
const agent = new http.Agent({ keepAlive: true });

function next() {
  const url = urls.shift();
  if (url === undefined) {
    return;
  }
  const say = text => {
    console.log(text + ' ' + url);
    next();
  };
  http.get(url, { agent }, response => {
    let size = 0;
    response.on('data', chunk => size += chunk.length);
    response.on('end', () => say(response.statusCode + ' ' + size));
    response.on('error', error => say(error.message));
  }).on('error', error => say(error.message));
}
for (let at = 0; at < 8; at++) {
  next();
}
