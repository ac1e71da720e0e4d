'use strict';
const http = require('node:http');

// As examples/Notes.java.
const port = Number(process.argv[2] ?? 8083);
const notes = new Map();
let last = 0;
const server = http.createServer((request, response) => {
  const id = Number(/^\/notes\/(\d{1,9})$/.exec(request.url)?.[1] ?? 0);
  const answer = (status, text) => {
    response.statusCode = status;
    response.setHeader('Content-Type', 'text/plain');
    response.end(text);
  };
  const withBody = use => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', chunk => text += chunk);
    request.on('end', () => use(text));
  };
  if (request.url === '/notes' && request.method === 'GET') {
    answer(200, [...notes.keys()].map(key => key + '\n').join(''));
  } else if (request.url === '/notes' && request.method === 'POST') {
    withBody(text => {
      notes.set(++last, text);
      response.setHeader('Location', `/notes/${last}`);
      answer(201, '');
    });
  } else if (!notes.has(id)) {
    answer(404, 'no such note\n');
  } else if (request.method === 'GET') {
    answer(200, notes.get(id));
  } else if (request.method === 'PUT') {
    withBody(text => {
      notes.set(id, text);
      answer(200, text);
    });
  } else if (request.method === 'DELETE') {
    notes.delete(id);
    answer(200, '');
  } else {
    answer(405, 'GET, PUT or DELETE\n');
  }
});
server.listen(port, '127.0.0.1', () => console.log(`notes on http://127.0.0.1:${server.address().port}`));
