// Runs every GraphQL-over-HTTP audit against the address given, and prints the results and the introspection query
// that schema explorers send, as JSON.
import { getIntrospectionQuery } from 'graphql';
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
console.log(
  JSON.stringify({
    audits: results.map(({ id, name, status, reason }) => ({ id, name, status, reason })),
    introspection: getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: false,
    }),
  }),
);
