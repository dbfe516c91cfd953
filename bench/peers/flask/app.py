"""The stack of 2012 to 2016, all of it from Debian 12's packages: Flask 2.2, graphene 2.1 on graphql-core 2.3, SQLAlchemy 1.4 on psycopg2
2.9, memcached by pymemcache, gunicorn with gevent. Debian: python3-flask python3-graphene python3-sqlalchemy
python3-psycopg2 python3-psycogreen python3-pymemcache python3-gevent gunicorn.

    PORT=… DATABASE_URL=… MEMCACHED=… PUBLIC_URL=… ./serve

Documents are parsed and validated once (GraphQLCachedBackend)."""
import json

from flask import Flask, Response, request
from graphql.backend import GraphQLCachedBackend, GraphQLCoreBackend

from models import Session
from schema import Context, schema

backend = GraphQLCachedBackend(GraphQLCoreBackend())
app = Flask(__name__)


@app.post('/graphql')
def graphql():
    body = request.get_json()
    try:
        result = schema.execute(body['query'], variables=body.get('variables'), operation_name=body.get('operationName'),
                                context=Context(int(request.headers.get('X-Viewer', 0))), backend=backend)
        return Response(json.dumps(result.to_dict(dict_class=dict), ensure_ascii=False), content_type='application/json')
    finally:
        Session.remove()
