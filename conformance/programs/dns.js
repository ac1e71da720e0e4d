'use strict';
const dgram = require('node:dgram');

// As examples/Dns.java.
const port = Number(process.argv[2] ?? 5353);
const zone = new Map([['one.test', [10, 0, 0, 1]], ['two.test', [10, 0, 0, 2]]]);
const socket = dgram.createSocket('udp4');
socket.on('message', (query, sender) => {
  // Twelve bytes of head, a name, a type and a class; an answer is not answered.
  if (query.length > 16 && query[2] < 128) {
    socket.send(answer(query), sender.port, sender.address);
  }
});
socket.bind(port, '127.0.0.1', () => console.log(`dns on 127.0.0.1:${socket.address().port}`));

function answer(query) {
  const labels = [];
  let at = 12;
  for (let size; (size = query[at++]) > 0; at += size) {
    if (size > 63 || at + size + 5 > query.length) {
      return head(query, 12, 1, 0);
    }
    labels.push(query.toString('latin1', at, at + size).toLowerCase());
  }
  const address = zone.get(labels.join('.'));
  const isAsked = address !== undefined && query.readUInt16BE(at) === 1;
  const response = head(query, at + 4, address === undefined ? 3 : 0, isAsked ? 1 : 0);
  if (!isAsked) {
    return response;
  }
  return Buffer.concat([response, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address])]);
}

// The question again, up to its end, and how it is answered.
function head(query, end, code, count) {
  const response = Buffer.from(query.subarray(0, end));
  response.writeUInt16BE(0x8400 | code, 2);
  response.writeUInt16BE(end > 12 ? 1 : 0, 4);
  response.writeUInt16BE(count, 6);
  response.writeUInt32BE(0, 8);
  return response;
}
