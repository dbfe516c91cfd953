// Makes the renditions of the service with sharp: node sharp.mjs usual|best COUNT QUALITY FILE [FOLDER]
// Prints what it took as JSON; with a folder, leaves the renditions there. One photo at a time, as a worker's core has it.
import fs from 'node:fs';
import sharp from 'sharp';

const [way, count, quality, file, folder] = process.argv.slice(2);
const options = { quality: Number(quality) };
const photo = fs.readFileSync(file);
sharp.cache(false);

// What tutorials show: each rendition from the file.
async function usual() {
  return Promise.all([
    ...[1280, 640, 320].map(width => sharp(photo).rotate().resize({ width }).jpeg(options).toBuffer()),
    sharp(photo).rotate().resize(150, 150, { fit: 'cover' }).jpeg(options).toBuffer(),
    placeholder(sharp(photo).rotate()),
  ]);
}

// The fastest that sharp has: one decoding, and each rendition from the next larger one.
async function best() {
  const large = await sharp(photo).rotate().resize({ width: 1280 }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const from = ({ data, info }) => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  const [medium, first] = await Promise.all([
    from(large).resize({ width: 640 }).raw().toBuffer({ resolveWithObject: true }),
    from(large).jpeg(options).toBuffer(),
  ]);
  return [first, ...await Promise.all([
    from(medium).jpeg(options).toBuffer(),
    from(medium).resize({ width: 320 }).jpeg(options).toBuffer(),
    from(medium).resize(150, 150, { fit: 'cover' }).jpeg(options).toBuffer(),
    placeholder(from(medium)),
  ])];
}

// The pixels that blurhash and dominant colour are computed from; computing them is left out here, in sharp's favour.
function placeholder(image) {
  return image.resize(32, 32, { fit: 'inside' }).raw().toBuffer();
}

const make = { usual, best }[way];
let renditions = await make();
const before = process.cpuUsage();
for (let i = 0; i < Number(count); i++) renditions = await make();
const { user, system } = process.cpuUsage(before);
if (folder) ['large', 'medium', 'small', 'thumb'].forEach((name, i) => fs.writeFileSync(`${folder}/${name}.jpg`, renditions[i]));
console.log(JSON.stringify({
  milliseconds: (user + system) / 1000 / Number(count),
  megabytes: Math.round(Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) / 1024),
  bytes: renditions.slice(0, 4).reduce((sum, r) => sum + r.length, 0),
}));
