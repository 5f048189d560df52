import type { FileRole, FilesFragment } from './gen/graphql';

/** One step with the files of a draft: what is meant, not the whole set, so that it holds beside what others do. */
export type FileStep =
  | { readonly kind: 'add'; readonly file: string; readonly role: FileRole }
  | { readonly kind: 'role'; readonly file: string; readonly role: FileRole }
  | { readonly kind: 'remove'; readonly file: string };

export interface Placed {
  readonly file: string;
  readonly role: FileRole;
}

export const placed = (files: readonly FilesFragment[]): readonly Placed[] => files.map(({ fileId, role }) => ({ file: fileId, role }));

/** The set after some steps. */
export function after(files: readonly Placed[], steps: readonly FileStep[]): readonly Placed[] {
  return steps.reduce((now, step) => {
    switch (step.kind) {
      case 'add':
        return now.some(({ file }) => file === step.file) ? now : [...now, { file: step.file, role: step.role }];
      case 'role':
        return now.map((one) => (one.file === step.file ? { ...one, role: step.role } : one));
      case 'remove':
        return now.filter(({ file }) => file !== step.file);
    }
  }, files);
}

export function roleOf(name: string): FileRole {
  if (/\.(jpe?g|png|heic|webp)$/i.test(name)) return 'PHOTO';
  if (/\.(mp4|mov|m4v)$/i.test(name)) return 'VIDEO';
  if (/\.(mp3|m4a|wav|aac)$/i.test(name)) return 'AUDIO';
  return 'ENCLOSURE';
}
