// A picture that fails to draw says so in its place; the rest of the page goes on.

import { Component, type ReactNode } from 'react';

interface BoundaryProps {
  readonly children: ReactNode;
  /** A change of this starts afresh. */
  readonly about: unknown;
}

export class Boundary extends Component<BoundaryProps, { failed: string | null; about: unknown }> {
  override state = { failed: null, about: this.props.about };

  static getDerivedStateFromError(error: unknown) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: { about: unknown }) {
    return props.about === state.about ? null : { failed: null, about: props.about };
  }

  override render() {
    if (this.state.failed === null) return this.props.children;
    return (
      <p className="slot-note slot-error" role="alert">
        This picture could not be drawn ({this.state.failed}). Choose another view or prompt; the numbers are in the
        export.
      </p>
    );
  }
}
