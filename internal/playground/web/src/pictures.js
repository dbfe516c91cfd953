import { config } from './config.js';

// Whether the string is the address of a picture that the Content-Security-Policy lets the page show.
export function isPicture(text) {
  return Boolean(config.pictureOrigin)
    && text.startsWith(config.pictureOrigin + '/')
    && /\.(jpe?g|png|webp)(\?\S*)?$/i.test(text);
}

// The pictures in an answer, in its order and each once. The addresses in one object are renditions of one photo, which
// the examples ask for from small to large: the first is shown, the last opened.
export function picturesIn(answer) {
  const found = new Map();
  const visit = (value, path) => {
    if (!value || typeof value !== 'object') return;
    const addresses = Object.values(value).filter(inner => typeof inner === 'string' && isPicture(inner));
    if (addresses.length > 0 && !found.has(addresses[0])) {
      found.set(addresses[0], { path: path.slice(1), shown: addresses[0], largest: addresses.at(-1), isAvatar: path.endsWith('.avatar') });
    }
    const isList = Array.isArray(value);
    for (const [key, inner] of Object.entries(value)) visit(inner, path + (isList ? `[${key}]` : `.${key}`));
  };
  visit(answer?.data, '');
  return [...found.values()];
}
