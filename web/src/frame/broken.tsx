import { Failure } from './state';

/** A page has failed; what was written waits in the browser. */
export function Broken() {
  return (
    <main className="bare">
      <Failure code="INTERNAL" again={() => window.location.reload()} />
    </main>
  );
}
