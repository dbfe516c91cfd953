import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { Answer } from './answer.jsx';
import { Bar } from './bar.jsx';
import { freshTabs } from './examples.js';
import { fetcher } from './fetcher.js';
import './style.css';

const NEW_TAB = `# Control-Space completes, Control-Enter runs; the book on the left is the documentation of the schema.

query New {
  viewer { user { username } }
}
`;

createRoot(document.getElementById('root')).render(
  <>
    <Bar />
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={freshTabs()}
      defaultQuery={NEW_TAB}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo><></></GraphiQL.Logo>
      <GraphiQL.Footer><Answer /></GraphiQL.Footer>
    </GraphiQL>
  </>,
);
