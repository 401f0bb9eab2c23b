// Which room the reader is in, as links: each room has an address of its own, and opens in another tab like any link.

import type { MouseEvent } from 'react';
import { encodeLink } from '../../share/permalink';
import type { RoomName } from '../../share/settings';
import { useApp, useController } from '../context';
import { rooms } from './rooms';

export function RoomTabs() {
  const settings = useApp((state) => state.settings);
  const controller = useController();
  const enter = (event: MouseEvent, room: RoomName) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return; // the browser's own ways to open a link
    event.preventDefault();
    controller.change({ room }, 'push');
  };
  return (
    <nav className="rooms" aria-label="Rooms">
      {(Object.keys(rooms) as RoomName[]).map((room) => (
        <a
          key={room}
          className="room"
          href={encodeLink({ ...settings, room }) || '#'}
          aria-current={settings.room === room ? 'page' : undefined}
          onClick={(event) => enter(event, room)}
        >
          {rooms[room].title}
        </a>
      ))}
    </nav>
  );
}
