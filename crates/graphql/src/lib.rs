//! The GraphQL schema: resolvers, loaders, id and cursor codecs; no SQL, no policy
