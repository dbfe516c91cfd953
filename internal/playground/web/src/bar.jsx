import { useSyncExternalStore } from 'react';
import { config } from './config.js';
import { restoreExamples } from './examples.js';
import { session } from './session.js';

export function useSession() {
  return useSyncExternalStore(session.subscribe, session.get);
}

export function Bar() {
  return (
    <header className="bar">
      <img className="bar-icon" src={document.querySelector('link[rel=icon]').href} alt="" />
      <h1>StyleShare <span>GraphQL playground</span></h1>
      <button type="button" onClick={restoreExamples} title="Closes all tabs and opens one for each example">
        Restore the examples
      </button>
      <Account />
    </header>
  );
}

function Account() {
  const { tokens, person, busy, notice } = useSession();
  return (
    <div className="account" data-signed-in={person?.username ?? ''}>
      {notice && <span className="notice" role="alert">{notice}</span>}
      {tokens ? <SignedIn person={person} /> : <SignedOut busy={busy} />}
    </div>
  );
}

function SignedIn({ person }) {
  return (
    <>
      {person?.avatar?.url && <img className="avatar" src={person.avatar.url} alt="" />}
      <span className="person">
        {person ? <>{person.displayName} <b>@{person.username}</b></> : 'Signed in'}
      </span>
      <button type="button" onClick={session.signOut}>Sign out</button>
    </>
  );
}

function SignedOut({ busy }) {
  if (!config.demo) return <span className="person">Nobody is signed in: run SignIn or SignUp</span>;
  return (
    <>
      <span className="person">Nobody is signed in</span>
      <SignInAsDemo busy={busy} />
    </>
  );
}

export function SignInAsDemo({ busy }) {
  return (
    <button type="button" className="primary" disabled={busy} onClick={() => session.signIn(config.demo)}>
      Sign in as {config.demo.login} (demo)
    </button>
  );
}
