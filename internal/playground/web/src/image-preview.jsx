// Takes the place of GraphiQL's preview of the picture under the pointer, without its HEAD request.
import { isPicture } from './pictures.js';

export function ImagePreview({ token }) {
  const address = addressOf(token);
  return <div><img className="preview" src={address} alt="" /></div>;
}

ImagePreview.shouldRender = token => isPicture(addressOf(token));

function addressOf(token) {
  return token.string.slice(1, -1);
}
