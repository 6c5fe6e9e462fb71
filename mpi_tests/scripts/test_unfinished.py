"""Tests of what a running or killed simulation has left, and of its recovery. Run by test_results.py."""

import h5py
import numpy as np

from ranvier_results import Results, recover
from result_files import write_report, write_spikes
from results_folder import Folder


class Unfinished(Folder):
    def write_parts(self, folder=None):
        folder = folder or self.folder
        write_spikes(folder / "spikes.h5.part", {"exc": self.exc, "none": ([], [])}, mark=0, surplus_times=[101, 102])
        write_report(folder / "v.h5.part", {"exc": (self.v, self.ids)}, mark=0, surplus_frames=5)

    def test_is_read_as_far_as_it_is_whole(self):
        self.write_parts()
        results = Results(self.folder)
        self.assertFalse(results.is_complete("spikes") or results.is_complete("v"))
        np.testing.assert_array_equal(results.spikes("exc")[0], self.exc[0])
        np.testing.assert_array_equal(results.spikes("exc")[1], self.exc[1])
        self.assertEqual(len(results.spikes("none")[0]), 0)
        np.testing.assert_array_equal(results.signal("v", "exc").values[:], self.v)
        np.testing.assert_array_equal(results.signal("v", "exc").read(stop=1e9), self.v)

    def test_windows_that_were_added_but_not_written_are_left_out(self):
        times, ids = self.exc
        write_spikes(self.folder / "spikes.h5.part", {"exc": ([*times, 0, 0], [*ids, 0, 0])}, mark=0)
        self.assertEqual(len(Results(self.folder).spikes("exc")[0]), 300)
        self.assertEqual(recover(self.folder / "spikes.h5.part").kept, {"exc": (300, 302)})

    def test_grows_while_it_is_open(self):
        self.write_parts()
        results = Results(self.folder)
        write_spikes(self.folder / "spikes.h5.part", {"exc": ([1, 2], [0, 0])}, mark=0)
        self.assertEqual(len(results.spikes("exc")[0]), 2)

    def test_two_runs_are_not_mixed(self):
        self.write()
        write_spikes(self.folder / "spikes.h5.part", {"exc": ([5.0], [1])}, mark=0)
        write_report(self.folder / "w.h5.part", {"exc": (self.v, self.ids)}, mark=0)
        results = Results(self.folder)
        self.assertEqual((results.kinds, len(results.spikes("exc")[0])), (["spikes", "v"], 300))
        self.assertEqual([p.name for p in results.ignored], ["spikes.h5.part", "w.h5.part"])
        results = Results(self.folder, parts=True)
        self.assertEqual((results.kinds, len(results.spikes("exc")[0])), (["spikes", "w"], 1))
        self.assertIsNone(results.run)

    def test_parts_beside_finished_files_of_other_kinds_are_of_another_run(self):
        write_spikes(self.folder / "spikes.h5", {"exc": self.exc})
        write_report(self.folder / "v.h5.part", {"exc": (self.v, self.ids)}, mark=0)
        self.assertEqual(Results(self.folder).kinds, ["spikes"])
        self.assertEqual([p.name for p in Results(self.folder).ignored], ["v.h5.part"])
        self.assertEqual(Results(self.folder, parts=True).kinds, ["v"])
        # Killed while all were named: the part is complete and belongs to them.
        write_report(self.folder / "v.h5.part", {"exc": (self.v, self.ids)}, mark=1)
        self.assertEqual(Results(self.folder).kinds, ["spikes", "v"])

    def test_killed_while_named(self):
        self.write()  # spikes.h5, v.h5 of an earlier run
        write_report(self.folder / "w.h5", {"exc": (self.v, self.ids)})
        (self.folder / "run.json").write_text('{"network": "earlier"}')
        write_spikes(self.folder / "spikes.h5", {"exc": ([5.0], [1])})  # has its name
        write_report(self.folder / "v.h5.part", {"exc": (self.v[:3], self.ids)}, mark=1)
        (self.folder / "run.json.part").write_text('{"network": "later"}')
        (self.folder / ".run.json.ranvier_publishing").write_text(
            '{"names": ["run.json", "spikes.h5", "v.h5"], "outdated": {"w.h5": 1}}')
        results = Results(self.folder)
        self.assertEqual((results.kinds, results.ignored), (["spikes", "v"], []))
        self.assertEqual((len(results.spikes("exc")[0]), len(results.signal("v", "exc").values)), (1, 3))
        self.assertTrue(results.is_complete("v"))
        self.assertEqual(results.run["network"], "later")
        (self.folder / ".run.json.ranvier_publishing").write_text("no journal")
        self.assertEqual(Results(self.folder).run["network"], "earlier")

    def test_recorded_time_does_not_promise_a_window_that_is_not_whole(self):
        times, ids = self.exc
        path = self.folder / "spikes.h5.part"
        write_spikes(path, {"exc": self.exc}, mark=0, recorded=(0, 150))
        self.assertEqual(Results(self.folder).recorded(), (0, 150))
        write_spikes(path, {"exc": self.exc}, mark=0, recorded=(0, 200), surplus_times=[160.0])
        self.assertEqual(Results(self.folder).recorded(), (0, times[-1]))
        recover(path)
        self.assertEqual(Results(self.folder / "recovered").recorded(), (0, times[-1]))

    def test_recovery(self):
        self.write_parts()
        before = (self.folder / "spikes.h5.part").read_bytes()
        spikes, v = recover(self.folder / "spikes.h5.part"), recover(self.folder / "v.h5.part")
        self.assertEqual(spikes.path, self.folder / "recovered" / "spikes.h5")
        self.assertEqual((spikes.kept, v.kept), ({"exc": (300, 302), "none": (0, 2)}, {"exc": (200, 205)}))
        self.assertEqual((self.folder / "spikes.h5.part").read_bytes(), before)
        with h5py.File(spikes.path, "r") as file:
            group = file["spikes/exc"]
            np.testing.assert_array_equal(group["timestamps"][:], self.exc[0])
            np.testing.assert_array_equal(group["node_ids"][:], self.exc[1])
            self.assertEqual((file.attrs["ranvier_complete"], file.attrs["ranvier_complete"].dtype), (2, np.uint8))
        with h5py.File(v.path, "r") as file:
            np.testing.assert_array_equal(file["report/exc/data"][:], self.v)
            self.assertEqual(file["report/exc/mapping/time"][:].tolist(), [0, 100, 0.5])
            self.assertEqual(file.attrs["ranvier_complete"], 2)
        results = Results(self.folder / "recovered")
        self.assertFalse(results.is_complete("spikes"))
        np.testing.assert_array_equal(results.signal("v", "exc").values[:], self.v)
        with self.refused("cannot recover", "exists already"):
            recover(self.folder / "spikes.h5.part")
        self.assertEqual(sorted(p.name for p in results.directory.iterdir()), ["spikes.h5", "v.h5"])

    def test_recovery_of_a_promise_that_was_not_kept(self):
        write_report(self.folder / "v.h5.part", {"exc": (self.v, self.ids)}, mark=0, step=0.1)
        with h5py.File(self.folder / "v.h5.part", "r+") as file:
            file["report/exc/data"].resize(3, axis=0)
        with h5py.File(recover(self.folder / "v.h5.part").path, "r") as file:
            start, stop, step = file["report/exc/mapping/time"][:]
            self.assertEqual(int((stop - start) / step), 3)

    def test_chunks_that_a_kill_has_kept_out_of_the_file(self):
        path = self.folder / "v.h5.part"
        write_report(path, {"exc": (self.v, self.ids)}, mark=0)
        with h5py.File(path, "r") as file:
            data = file["report/exc/data"].id
            chunks = [data.get_chunk_info(k) for k in range(data.get_num_chunks())]
        last = max(chunks, key=lambda chunk: chunk.byte_offset)
        with open(path, "r+b") as file:  # ends before the last chunk, and the superblock says so
            file.truncate(last.byte_offset)
            file.seek(40)
            file.write(last.byte_offset.to_bytes(8, "little"))
        whole = last.chunk_offset[0]
        signal = Results(self.folder).signal("v", "exc")
        np.testing.assert_array_equal(signal.values[:whole], self.v[:whole])
        with self.refused("cannot read", "scripts/recover_results"):
            signal.read()
        self.assertEqual(recover(path).kept, {"exc": (whole, 200)})
        recovered = Results(self.folder / "recovered").signal("v", "exc")
        np.testing.assert_array_equal(recovered.read(), self.v[:whole])

    def test_a_complete_part_keeps_its_mark(self):
        write_spikes(self.folder / "spikes.h5.part", self.spikes, mark=1)
        recovered = recover(self.folder / "spikes.h5.part", self.folder / "own.h5")
        self.assertTrue(recovered.is_complete)
        self.assertEqual(recovered.path.read_bytes(), (self.folder / "spikes.h5.part").read_bytes())

    def test_nothing_to_recover(self):
        (self.folder / "spikes.h5.part").write_bytes(b"")
        with self.refused("spikes.h5.part", "nothing can be recovered"):
            recover(self.folder / "spikes.h5.part")
        with h5py.File(self.folder / "v.h5.part", "w"):
            pass
        with self.refused("holds neither spikes nor signals"):
            recover(self.folder / "v.h5.part")
        self.assertFalse((self.folder / "recovered").exists())
