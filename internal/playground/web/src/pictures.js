import { config } from './config.js';

// Whether the string is the address of a picture that the Content-Security-Policy lets the page show.
export function isPicture(text) {
  return Boolean(config.pictureOrigin)
    && text.startsWith(config.pictureOrigin + '/')
    && /\.(jpe?g|png|webp)(\?\S*)?$/i.test(text);
}

// The picture addresses in an answer, each once, in their order, with the path of the first field that holds it.
export function picturesIn(answer) {
  const found = new Map();
  const visit = (value, path) => {
    if (typeof value === 'string') {
      if (isPicture(value) && !found.has(value)) found.set(value, path.slice(1));
    } else if (value && typeof value === 'object') {
      const isList = Array.isArray(value);
      for (const [key, inner] of Object.entries(value)) visit(inner, path + (isList ? `[${key}]` : `.${key}`));
    }
  };
  visit(answer?.data, '');
  return [...found].map(([address, path]) => ({ address, path }));
}
