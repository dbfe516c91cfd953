import { useEditorContext } from '@graphiql/react';
import { useMemo } from 'react';
import { SignInAsDemo, useSession } from './bar.jsx';
import { config } from './config.js';
import { picturesIn } from './pictures.js';

// What can be shown of the answer beyond its text, under it.
export function Answer() {
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  const text = tabs[activeTabIndex]?.response;
  const answer = useMemo(() => parse(text), [text]);
  return (
    <>
      <NobodySignedIn answer={answer} />
      <Upload request={answer?.data?.createUpload?.upload} />
      <Pictures answer={answer} />
    </>
  );
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no answer yet, or a message that is not one
  }
}

function NobodySignedIn({ answer }) {
  const { tokens, busy } = useSession();
  const wanted = answer?.data?.viewer === null || answer?.errors?.some(error => error.extensions?.code === 'UNAUTHENTICATED');
  if (!wanted || tokens || !config.demo) return null;
  return (
    <div className="hint hint-line">This operation is about whoever is signed in. <SignInAsDemo busy={busy} /></div>
  );
}

// The request that an app would now send to the object store, as a command line.
function Upload({ request }) {
  if (!request) return null;
  const headers = request.headers.map(({ name, value }) => ` \\\n  -H '${name}: ${value}'`).join('');
  const command = `curl -X ${request.method}${headers} \\\n  --data-binary @photo.jpg \\\n  '${request.url}'`;
  return (
    <div className="hint">
      <div className="hint-line">
        Send the file to the object store, then run FinishUpload:
        <button type="button" onClick={() => navigator.clipboard.writeText(command)}>Copy</button>
      </div>
      <pre>{command}</pre>
    </div>
  );
}

function Pictures({ answer }) {
  const pictures = useMemo(() => picturesIn(answer), [answer]);
  if (pictures.length === 0) return null;
  return (
    <div className="pictures" aria-label={`${pictures.length} pictures in the answer`}>
      {pictures.map(({ path, shown, largest, isAvatar }) => (
        <a key={path} href={largest} target="_blank" rel="noreferrer" title={`${path}\n${largest}`} className={isAvatar ? 'avatar' : ''}>
          <img src={shown} alt={path} loading="lazy" />
        </a>
      ))}
    </div>
  );
}
