import type { CombinedError } from 'urql';
import { useStep } from '../../frame/step';
import { CloseUnitDocument, FoundUnitDocument, MoveUnitDocument, type MoveUnitMutation, type OrgKind, RenameUnitDocument } from './gen/graphql';

export type StepName = 'rename' | 'move' | 'found' | 'close';

export type Problems = readonly { readonly message: string; readonly severity: 'REFUSAL' | 'WARNING' }[];

/** What is written in the form of a step; empty is nothing. */
export interface Texts {
  readonly name: string;
  readonly shortName: string;
  readonly code: string;
  readonly day: string;
  readonly document: string;
  readonly documentDay: string;
  readonly reason: string;
}

export interface Wish {
  readonly texts: Texts;
  readonly kind: OrgKind;
  /** The new superior, or the successor. */
  readonly other: string | undefined;
}

interface Told {
  readonly org?: { readonly id: string } | null;
  readonly relocation?: NonNullable<MoveUnitMutation['moveOrg']>['relocation'];
  readonly problems: Problems;
}

interface Steps {
  /** Takes it, or only says what it would mean; nothing where there was no answer. */
  readonly take: (step: StepName, wish: Wish, preview: boolean) => Promise<Told | null | undefined>;
  readonly error: CombinedError | undefined;
  readonly fetching: boolean;
}

/** Changes of an organisation, in the name of a post. */
export function useSteps(org: string, post: string): Steps {
  const rename = useStep(RenameUnitDocument);
  const move = useStep(MoveUnitDocument);
  const found = useStep(FoundUnitDocument);
  const close = useStep(CloseUnitDocument);
  const all = [rename, move, found, close];

  async function take(step: StepName, { texts, kind, other }: Wish, preview: boolean): Promise<Told | null | undefined> {
    const text = (key: keyof Texts): string | null => (texts[key].trim() === '' ? null : texts[key].trim());
    const effect = { effectiveOn: text('day'), documentNo: text('document'), documentDate: text('documentDay'), reason: text('reason') };
    const name = texts.name.trim();
    switch (step) {
      case 'rename':
        return (await rename.take({ post, effect, org, name, shortName: text('shortName') }))?.renameOrg;
      case 'found':
        return (await found.take({ post, effect, parent: org, kind, code: texts.code.trim(), name, shortName: text('shortName') }))?.createOrg;
      case 'close':
        return (await close.take({ post, effect, org, successor: other ?? null }))?.closeOrg;
      case 'move':
        return other ? (await move.take({ post, effect, org, parent: other, preview }))?.moveOrg : undefined;
    }
  }
  return { take, error: all.find(({ error }) => error)?.error, fetching: all.some(({ fetching }) => fetching) };
}
