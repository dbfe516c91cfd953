// What the server wrote into the page: { endpoint, pictureOrigin, demo?: { login, password } }.
export const config = JSON.parse(document.querySelector('meta[name=playground]').content);
