// The hashtags and mentions of a caption: the usual ones of internal/caption, in order, each once.
const HASHTAG = /(?<![\p{L}\p{N}_&])[#＃]([\p{L}\p{N}_\p{Extended_Pictographic}][\p{L}\p{M}\p{N}_\p{Extended_Pictographic}]*)/gu
const MENTION = /(?<![A-Za-z0-9._])[@＠]([A-Za-z0-9_][A-Za-z0-9._]{2,29})/g
const MEANINGFUL = /[\p{L}\p{Extended_Pictographic}]/u

export const hashtagsIn = caption => distinct(caption.normalize('NFC').matchAll(HASHTAG))
  .filter(tag => MEANINGFUL.test(tag) && [...tag].length <= 50).slice(0, 30)

export const mentionsIn = caption => distinct(caption.matchAll(MENTION)).slice(0, 20)

const distinct = matches => [...new Set([...matches].map(match => match[1].toLowerCase()))]
